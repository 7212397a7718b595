namespace LusEdge.Cli.Doctor;

/// <summary>One check of the box. A small class each, in the order in which they are done (<see cref="All"/>).</summary>
/// <param name="name">A word for the table and for programs.</param>
/// <param name="section">The section of the configuration that it rests on, null for none: with errors in that it is skipped.</param>
internal abstract class Checkup(string name, string? section = null)
{
    /// <summary>The checks, cheap ones first; a later one may use what an earlier one has left in the <see cref="Examination"/>.</summary>
    public static readonly IReadOnlyList<Checkup> All =
    [
        new ConfigurationCheckup(),
        new DeviceCheckup(),
        new MachineCheckup(),
        new ClockCheckup(),
        new FFmpegCheckup(),
        new SourceCheckup(),
        new ModelCheckup(),
        new ProviderCheckup(),
        new BrokerCheckup(),
        new EventsCheckup(),
    ];

    /// <summary>A word for the table and for programs.</summary>
    public string Name => name;

    /// <summary>The section of the configuration that it rests on.</summary>
    public string? Section => section;

    /// <summary>How long it may take; beyond this something in the system holds it.</summary>
    /// <param name="examination">What is examined.</param>
    public virtual TimeSpan Limit(Examination examination) => TimeSpan.FromSeconds(30);

    /// <summary>Does the check. Whatever it opens it closes; what it changes on the box it changes back.</summary>
    /// <param name="examination">What is examined, and what was found out so far.</param>
    /// <param name="stop">Ctrl-C.</param>
    public abstract Task<Finding> ExamineAsync(Examination examination, CancellationToken stop);
}

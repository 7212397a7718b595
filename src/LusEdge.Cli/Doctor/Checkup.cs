namespace LusEdge.Cli.Doctor;

/// <summary>One check of the box. <see cref="All"/> has them in the order in which they run.</summary>
/// <param name="name">One word, for the table and for JSON.</param>
/// <param name="section">
/// The section of the configuration that it needs, or null: it is skipped if that section has errors.
/// </param>
internal abstract class Checkup(string name, string? section = null)
{
    /// <summary>The checks, cheap ones first. Later ones use what earlier ones left in the <see cref="Examination"/>.</summary>
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

    /// <summary>One word, for the table and for JSON.</summary>
    public string Name => name;

    /// <summary>The section of the configuration that it needs.</summary>
    public string? Section => section;

    /// <summary>How long it can take; after that, the system or a driver hangs.</summary>
    /// <param name="examination">The configuration and the results so far.</param>
    public virtual TimeSpan Limit(Examination examination) => TimeSpan.FromSeconds(30);

    /// <summary>Runs the check. It closes what it opens and reverts what it changes on the box.</summary>
    /// <param name="examination">The configuration and the results so far.</param>
    /// <param name="stop">Ctrl-C.</param>
    public abstract Task<Finding> ExamineAsync(Examination examination, CancellationToken stop);
}

using System.CommandLine;

namespace LusEdge.Training.Commands;

/// <summary>An option whose value is a positive integer.</summary>
internal sealed class PositiveOption : Option<int>
{
    /// <param name="name">The name, for instance <c>--count</c>.</param>
    /// <param name="description">The description in <c>--help</c>.</param>
    /// <param name="byDefault">The default value.</param>
    public PositiveOption(string name, string description, int byDefault)
        : base(name)
    {
        Description = description;
        HelpName = "N";
        DefaultValueFactory = _ => byDefault;
        Validators.Add(given =>
        {
            if (given.Errors.Any() || given.GetValueOrDefault<int>() >= 1) return;
            given.AddError($"{name}: give a whole number above 0.");
        });
    }
}

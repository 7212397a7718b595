using System.CommandLine;

namespace LusEdge.Training.Commands;

/// <summary>An option that takes a whole number above 0.</summary>
internal sealed class PositiveOption : Option<int>
{
    /// <param name="name">For instance <c>--count</c>.</param>
    /// <param name="description">What <c>--help</c> says.</param>
    /// <param name="byDefault">The value when it is not given.</param>
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

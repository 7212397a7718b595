namespace LusEdge.Training.Experiments;

/// <summary>One operation on training pictures: each picture draws its own strength between two ends.</summary>
/// <param name="Name">A key of <see cref="Augmentation.Operations"/>.</param>
internal sealed record AugmentationStep(string Name)
{
    /// <summary>Share of the pictures that it is done to.</summary>
    /// <value>The default is 1.</value>
    public double Probability { get; init; } = 1;

    /// <summary>The lower end, in the operation's own unit.</summary>
    public double Low { get; init; }

    /// <summary>The upper end.</summary>
    public double High { get; init; }

    internal IEnumerable<string> Errors(string key)
    {
        yield return JsonFile.OneOf($"{key}.name", Name, [.. Augmentation.Operations.Keys]);
        yield return JsonFile.Within($"{key}.probability", Probability, 0, 1);
        if (Low > High) yield return FormattableString.Invariant($"{key}: low is {Low} and high {High}; give them in order");
        if (!Augmentation.Operations.TryGetValue(Name, out Augmentation.Operation? operation)) yield break;
        yield return JsonFile.Within($"{key}.low", Low, operation.Lowest, operation.Highest);
        yield return JsonFile.Within($"{key}.high", High, operation.Lowest, operation.Highest);
    }
}

namespace LusEdge.Training.Experiments;

/// <summary>One operation on training pictures. Each picture draws its own strength from a range.</summary>
/// <param name="Name">A key of <see cref="Augmentation.Operations"/>.</param>
internal sealed record AugmentationStep(string Name)
{
    /// <summary>The share of pictures that the operation is applied to.</summary>
    /// <value>The default is 1.</value>
    public double Probability { get; init; } = 1;

    /// <summary>The lower limit, in the operation's own unit.</summary>
    public double Low { get; init; }

    /// <summary>The upper limit.</summary>
    public double High { get; init; }

    internal IEnumerable<string> Errors(string key)
    {
        yield return JsonFile.OneOf($"{key}.name", Name, [.. Augmentation.Operations.Keys]);
        yield return JsonFile.Within($"{key}.probability", Probability, 0, 1);
        if (Low > High) yield return FormattableString.Invariant($"{key}: low is {Low} and high is {High}; swap them");
        if (!Augmentation.Operations.TryGetValue(Name, out Augmentation.Operation? operation)) yield break;
        yield return JsonFile.Within($"{key}.low", Low, operation.Lowest, operation.Highest);
        yield return JsonFile.Within($"{key}.high", High, operation.Lowest, operation.Highest);
    }
}

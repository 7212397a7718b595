namespace LusEdge.Contract;

/// <summary>The sentence that stands wherever a result is shown to a person.</summary>
public static class Disclaimer
{
    /// <summary>One English sentence group, the same everywhere.</summary>
    public const string Text = "Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.";
}

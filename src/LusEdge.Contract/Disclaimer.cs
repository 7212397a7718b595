namespace LusEdge.Contract;

/// <summary>The disclaimer shown wherever a person sees a result.</summary>
public static class Disclaimer
{
    /// <summary>In English, the same everywhere.</summary>
    public const string Text = "Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.";
}

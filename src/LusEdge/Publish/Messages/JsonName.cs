using System.Text.Json;

namespace LusEdge.Publish.Messages;

/// <summary>How the contract spells an enum value.</summary>
internal static class JsonName
{
    /// <summary>For instance <c>no_signal</c> for NoSignal.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

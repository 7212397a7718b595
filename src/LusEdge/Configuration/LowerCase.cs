using System.Text.Json;

namespace LusEdge.Configuration;

/// <summary>Names as the configuration writes them: <c>tensorrt</c>, not <c>tensor_rT</c>.</summary>
internal sealed class LowerCase : JsonNamingPolicy
{
    /// <summary>The only instance.</summary>
    public static readonly LowerCase Instance = new();

    /// <inheritdoc/>
    public override string ConvertName(string name) => name.ToLowerInvariant();
}

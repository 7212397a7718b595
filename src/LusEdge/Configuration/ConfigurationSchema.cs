using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using LusEdge.Capture.Frames;

namespace LusEdge.Configuration;

/// <summary>The configuration's JSON Schema, made from the options records themselves: it can't fall behind them.</summary>
internal static class ConfigurationSchema
{
    private static readonly JsonSchemaExporterOptions WithRanges = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = AddRules,
    };

    /// <summary>The schema, 2020-12.</summary>
    public static JsonNode Create()
    {
        JsonNode schema = ConfigurationSection.Values.GetJsonSchemaAsNode(typeof(LusEdgeOptions), WithRanges);
        var document = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "LusEdge configuration",
        };
        foreach ((string key, JsonNode? value) in schema.AsObject()) document[key] = value?.DeepClone();
        return document;
    }

    private static JsonNode AddRules(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (PatternOf(Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type) is { } text)
        {
            return new JsonObject { ["type"] = "string", ["pattern"] = text };
        }

        if (context.PropertyInfo?.AttributeProvider is not PropertyInfo property || schema is not JsonObject node) return schema;
        if (property.GetCustomAttribute<RangeAttribute>() is { OperandType: var type } range && type != typeof(TimeSpan))
        {
            node["minimum"] = JsonSerializer.SerializeToNode(range.Minimum, ConfigurationSection.Values);
            node["maximum"] = JsonSerializer.SerializeToNode(range.Maximum, ConfigurationSection.Values);
        }

        if (property.GetCustomAttribute<RegularExpressionAttribute>() is { Pattern: var pattern }) node["pattern"] = $"^({pattern})$";
        return node;
    }

    private static string? PatternOf(Type type) =>
        type == typeof(Sector) ? "^(none|[0-9]+,[0-9]+,[0-9]+,[0-9]+)$"
        : type == typeof(PictureSize) ? "^[0-9]+x[0-9]+$"
        : null;
}

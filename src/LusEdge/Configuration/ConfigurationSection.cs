using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using LusEdge.Capture.Frames;
using LusEdge.Publish.Connection;
using LusEdge.Secrets;

namespace LusEdge.Configuration;

/// <summary>
/// Reads one JSON object of the configuration into its options record. Unlike a deserializer, which stops at the first
/// error, it collects all of them: unknown and repeated keys, wrong types, values out of range.
/// </summary>
internal static partial class ConfigurationSection
{
    /// <summary>How a single value is read: enums by their lower-case names, with no other conversion.</summary>
    public static readonly JsonSerializerOptions Values = new()
    {
        Converters =
        {
            new JsonStringEnumConverter(LowerCase.Instance, allowIntegerValues: false),
            new TextConverter<Sector>(),
            new TextConverter<PictureSize>(),
        },
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>Of a value in a message, in characters: enough to recognise it.</summary>
    private const int MostShown = 100;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SearchValues<char> Suspicious = SearchValues.Create("=@?#;&%");

    /// <summary>Keys whose value can be or hold a secret in any form, such as a password in place of its file.</summary>
    private static readonly string[] Withheld = ["Source", "Options", "Host", "Username", "PasswordFile", "KeyFile"];

    /// <summary>Reads an object.</summary>
    /// <param name="json">The value in the file.</param>
    /// <param name="type">The options record.</param>
    /// <param name="place">Its key, for instance <c>Mqtt:Tls</c>; empty at the top.</param>
    /// <param name="errors">Receives all errors: one sentence each, beginning with the place.</param>
    /// <returns>The record, with defaults in place of invalid values.</returns>
    public static object? Read(JsonElement json, Type type, string place, List<string> errors)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add($"{(place.Length == 0 ? "the file" : place)}: {Shown(json, place)} is not an object in braces.");
            return null;
        }

        PropertyInfo[] known = [.. type.GetProperties().Where(p => p.CanWrite)];
        object section = Activator.CreateInstance(type)!;
        var given = new HashSet<string>();
        var repeated = new HashSet<string>();
        var wrong = new HashSet<string>();
        foreach (JsonProperty entry in json.EnumerateObject())
        {
            string at = At(place, entry.Name);
            PropertyInfo? property = known.FirstOrDefault(p => p.Name == entry.Name);
            bool isFirst = given.Add(entry.Name);
            if (property is null)
            {
                if (isFirst) errors.Add($"{At(place, ShownKey(entry.Name))}: unknown key. {Advice(entry.Name, known)}");
            }
            else if (!isFirst)
            {
                if (repeated.Add(entry.Name)) errors.Add($"{at}: given twice. Remove one.");
            }
            else
            {
                int before = errors.Count;
                object? value = IsSection(property.PropertyType)
                    ? Read(entry.Value, property.PropertyType, at, errors)
                    : ReadValue(entry.Value, property, at, errors);
                bool isWrong = errors.Count > before;
                if (isWrong) wrong.Add(entry.Name);
                // A section with an error still has the rest of its keys.
                if (!isWrong || (value is not null && IsSection(property.PropertyType))) property.SetValue(section, value);
            }
        }

        // An omitted section can have errors too, such as a missing required key.
        foreach (PropertyInfo property in known.Where(p => IsSection(p.PropertyType) && !given.Contains(p.Name)))
        {
            if (property.GetValue(section) is { } defaults) CheckValues(defaults, At(place, property.Name), [], errors);
            else if (!IsNullable(property)) errors.Add($"{At(place, property.Name)}: this section is missing.");
        }

        CheckValues(section, place, wrong, errors);
        return section;
    }

    private static void CheckValues(object section, string place, HashSet<string> wrong, List<string> errors)
    {
        foreach (PropertyInfo property in section.GetType().GetProperties().Where(p => p.CanWrite && !wrong.Contains(p.Name)))
        {
            object? value = property.GetValue(section);
            IEnumerable<ValidationAttribute> rules = property.GetCustomAttributes<ValidationAttribute>();
            foreach (ValidationAttribute rule in rules.Where(rule => !IsValid(rule, value)))
            {
                errors.Add($"{At(place, property.Name)}: {Describe(rule, property, value)}");
            }
        }
    }

    // The attribute itself accepts an empty text, whatever its pattern.
    private static bool IsValid(ValidationAttribute rule, object? value) =>
        rule is RegularExpressionAttribute { Pattern: var pattern } && value is string text
            // Not $, which also matches before a line break at the end.
            ? Regex.IsMatch(text, $@"\A(?:{pattern})\z")
            : rule.IsValid(value);

    private static string Describe(ValidationAttribute rule, PropertyInfo property, object? value) => rule switch
    {
        RequiredAttribute => "it is missing.",
        RangeAttribute range => FormattableString.Invariant($"{value} is outside {range.Minimum} to {range.Maximum}."),
        BrokerHostAttribute => BrokerHostAttribute.Flaw($"{value}")!,
        { ErrorMessage: { } message } => $"{Shown($"{value}", property.Name)} is not valid. {message}",
        _ => $"{Shown($"{value}", property.Name)} is not valid. {rule.FormatErrorMessage("value")}",
    };

    private static object? ReadValue(JsonElement json, PropertyInfo property, string at, List<string> errors)
    {
        if (json.ValueKind == JsonValueKind.Null && IsNullable(property)) return null;
        try
        {
            // A list of names, "a, b", is one value to .NET.
            bool isList = property.PropertyType.IsEnum && json.GetRawText().Contains(',', StringComparison.Ordinal);
            if (json.ValueKind != JsonValueKind.Null && !isList) return json.Deserialize(property.PropertyType, Values);
        }
        catch (JsonException)
        {
            // Reported below, in words for a person.
        }

        Type expected = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        errors.Add($"{at}: {Shown(json, property.Name)} is not {Describe(expected)}.");
        return null;
    }

    private static string Describe(Type type)
    {
        if (type.IsEnum) return $"one of {string.Join(", ", Enum.GetNames(type).Select(LowerCase.Instance.ConvertName))}";
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(int) || type == typeof(long)) return "a whole number";
        if (type == typeof(double) || type == typeof(float)) return "a number";
        if (type == typeof(Sector)) return "none, or x,y,w,h in pixels with w and h above 0, such as \"160,40,640,640\"";
        if (type == typeof(PictureSize)) return "a size WxH in pixels, both above 0, such as \"1280x1024\"";
        if (type == typeof(IReadOnlyList<string>)) return "a list of texts in brackets";
        return type == typeof(TimeSpan) ? "a time such as \"00:00:05\"" : "a text in quotes";
    }

    /// <summary>
    /// A value to show in a message, on one line; withheld if it may hold a secret, as a URL, an option or a host can.
    /// </summary>
    private static string Shown(string value, string key) => Shown(JsonSerializer.SerializeToElement(value, Readable), key);

    private static string Shown(JsonElement json, string key)
    {
        // Written again: the file's own spelling can span lines, or hide a character as \u0040.
        string text = JsonSerializer.Serialize(json, Readable);
        if (Withheld.Contains(key) || text.AsSpan().ContainsAny(Suspicious) || SecretMask.MaskUrls(text) != text)
            return "the value (not shown, because it may hold a password)";
        return text.Length <= MostShown ? text : $"{text[..MostShown]}…";
    }

    /// <summary>A key that is not known, which can be a value that slipped.</summary>
    private static string ShownKey(string name)
    {
        if (name.AsSpan().ContainsAny(Suspicious)) return "(not shown)";
        return name.Length is > 0 and <= MostShown && name.All(char.IsAsciiLetterOrDigit) ? name : Shown(name, key: "");
    }

    private static string Advice(string name, PropertyInfo[] known) =>
        known.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } meant
            ? $"Write {meant.Name}."
            : $"Known keys here: {string.Join(", ", known.Select(p => p.Name))}.";

    private static bool IsNullable(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    private static bool IsSection(Type type) => type.IsClass && type != typeof(string);

    private static string At(string place, string name) => place.Length == 0 ? name : $"{place}:{name}";
}

using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using LusEdge.Capture.Frames;

namespace LusEdge.Configuration;

/// <summary>
/// One JSON object of the configuration, read into its options record. Unlike a deserializer, which stops at the first
/// error, this gathers all of them: unknown and repeated keys, wrong types, values out of range.
/// </summary>
internal static class ConfigurationSection
{
    /// <summary>How a single value is read: enums by their names in lower case, nothing else converted.</summary>
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

    /// <summary>Reads an object.</summary>
    /// <param name="json">What the file has there.</param>
    /// <param name="type">The options record.</param>
    /// <param name="place">Where it is, for instance <c>Mqtt:Tls</c>; empty at the top.</param>
    /// <param name="errors">Gets every error: a sentence each that begins with the place.</param>
    /// <returns>The record; what was wrong has its default in it.</returns>
    public static object? Read(JsonElement json, Type type, string place, List<string> errors)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add($"{(place.Length == 0 ? "the file" : place)}: {Shown(json.GetRawText())} is not an object in braces.");
            return null;
        }

        PropertyInfo[] known = [.. type.GetProperties().Where(p => p.CanWrite)];
        object section = Activator.CreateInstance(type)!;
        var given = new HashSet<string>();
        var wrong = new HashSet<string>();
        foreach (JsonProperty entry in json.EnumerateObject())
        {
            string at = At(place, entry.Name);
            PropertyInfo? property = known.FirstOrDefault(p => p.Name == entry.Name);
            if (property is null)
            {
                errors.Add($"{at}: unknown key. {Advice(entry.Name, known)}");
            }
            else if (!given.Add(entry.Name))
            {
                errors.Add($"{at}: given twice. Remove one.");
            }
            else
            {
                int before = errors.Count;
                object? value = IsSection(property.PropertyType)
                    ? Read(entry.Value, property.PropertyType, at, errors)
                    : ReadValue(entry.Value, property, at, errors);
                if (errors.Count > before) wrong.Add(entry.Name);
                else property.SetValue(section, value);
            }
        }

        // A section that is left out may have something to say too, a required key for instance.
        foreach (PropertyInfo property in known.Where(p => IsSection(p.PropertyType) && !given.Contains(p.Name)))
        {
            if (property.GetValue(section) is { } defaults) CheckValues(defaults, At(place, property.Name), [], errors);
            else if (!MayBeNull(property)) errors.Add($"{At(place, property.Name)}: this section is missing.");
        }

        CheckValues(section, place, wrong, errors);
        return section;
    }

    private static void CheckValues(object section, string place, HashSet<string> wrong, List<string> errors)
    {
        foreach (PropertyInfo property in section.GetType().GetProperties().Where(p => p.CanWrite && !wrong.Contains(p.Name)))
        {
            object? value = property.GetValue(section);
            foreach (ValidationAttribute rule in property.GetCustomAttributes<ValidationAttribute>().Where(rule => !IsValid(rule, value)))
            {
                errors.Add($"{At(place, property.Name)}: {Complaint(rule, value)}");
            }
        }
    }

    // The attribute itself lets an empty text pass whatever its pattern.
    private static bool IsValid(ValidationAttribute rule, object? value) => rule is RegularExpressionAttribute { Pattern: var pattern } && value is string text
        ? Regex.IsMatch(text, $"^(?:{pattern})$")
        : rule.IsValid(value);

    private static string Complaint(ValidationAttribute rule, object? value) => rule switch
    {
        RequiredAttribute => "it is missing.",
        RangeAttribute range => FormattableString.Invariant($"{value} is outside {range.Minimum} to {range.Maximum}."),
        { ErrorMessage: { } message } => $"{Shown($"\"{value}\"")} won't do. {message}",
        _ => $"{Shown($"\"{value}\"")} won't do. {rule.FormatErrorMessage("value")}",
    };

    private static object? ReadValue(JsonElement json, PropertyInfo property, string at, List<string> errors)
    {
        if (json.ValueKind == JsonValueKind.Null && MayBeNull(property)) return null;
        try
        {
            if (json.ValueKind != JsonValueKind.Null) return json.Deserialize(property.PropertyType, Values);
        }
        catch (JsonException)
        {
            // Told below, in words for a person.
        }

        errors.Add($"{at}: {Shown(json.GetRawText())} is not {Wanted(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)}.");
        return null;
    }

    private static string Wanted(Type type)
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

    /// <summary>A value as a message repeats it: not at all where it may hold a password, as a URL's and an option's may.</summary>
    private static string Shown(string value) => value.AsSpan().ContainsAny("=@") ? "the value (not repeated here, because it may hold a password)" : value;

    private static string Advice(string name, PropertyInfo[] known) =>
        known.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } meant
            ? $"Write {meant.Name}."
            : $"Known here: {string.Join(", ", known.Select(p => p.Name))}.";

    private static bool MayBeNull(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    private static bool IsSection(Type type) => type.IsClass && type != typeof(string);

    private static string At(string place, string name) => place.Length == 0 ? name : $"{place}:{name}";
}

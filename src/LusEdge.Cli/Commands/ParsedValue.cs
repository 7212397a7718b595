using System.CommandLine.Parsing;
using System.Globalization;

namespace LusEdge.Cli.Commands;

/// <summary>An option's value that is parsed from one text.</summary>
internal static class ParsedValue
{
    /// <summary>The value; otherwise the default, and an error that says what was wanted.</summary>
    /// <param name="given">What the user gave.</param>
    /// <param name="wanted">What it should be, for instance "WxH in pixels".</param>
    public static T Of<T>(ArgumentResult given, string wanted)
        where T : struct, IParsable<T>
    {
        string text = given.Tokens[0].Value;
        if (T.TryParse(text, CultureInfo.InvariantCulture, out T value)) return value;
        given.AddError($"{((OptionResult)given.Parent!).IdentifierToken?.Value}: {text} is not {wanted}.");
        return default;
    }
}

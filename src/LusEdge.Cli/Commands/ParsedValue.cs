using System.CommandLine.Parsing;
using System.Globalization;

namespace LusEdge.Cli.Commands;

/// <summary>Parses an option's value.</summary>
internal static class ParsedValue
{
    /// <summary>The value. On bad input: the default, and a parse error that says what was expected.</summary>
    /// <param name="given">The user's input.</param>
    /// <param name="wanted">What is expected, for instance "WxH in pixels".</param>
    public static T Of<T>(ArgumentResult given, string wanted)
        where T : struct, IParsable<T>
    {
        string text = given.Tokens[0].Value;
        if (T.TryParse(text, CultureInfo.InvariantCulture, out T value)) return value;
        AddError(given, wanted);
        return default;
    }

    /// <summary>A whole number from 1 on; null on bad input, and a parse error that says what was expected.</summary>
    /// <param name="given">The user's input.</param>
    /// <param name="largest">The largest number allowed.</param>
    public static int? WholeNumber(ArgumentResult given, int largest)
    {
        if (int.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out int number) && number > 0 && number <= largest)
            return number;
        AddError(given, $"a whole number from 1 to {largest}");
        return null;
    }

    private static void AddError(ArgumentResult given, string wanted) =>
        given.AddError($"{((OptionResult)given.Parent!).IdentifierToken?.Value}: {given.Tokens[0].Value} is not {wanted}.");
}

namespace LusEdge.Tests.House;

/// <summary>Each sample below uses <see cref="Target"/> in one way.</summary>
public sealed class TypeUseReaderTests
{
    private static readonly IReadOnlyCollection<TypeUse> Uses = TypeUseReader.Read(typeof(TypeUseReaderTests).Assembly.Location);

    [Theory]
    [InlineData(nameof(ByBase))]
    [InlineData(nameof(ByInterface))]
    [InlineData(nameof(ByField))]
    [InlineData(nameof(ByParameter))]
    [InlineData(nameof(ByAttribute))]
    [InlineData(nameof(ByTypeOf))]
    [InlineData(nameof(ByCast))]
    [InlineData(nameof(ByGenericType))]
    [InlineData(nameof(ByGenericMethod))]
    [InlineData(nameof(ByConstraint<>))]
    [InlineData(nameof(ByCatch))]
    [InlineData(nameof(ByLambda))]
    [InlineData(nameof(ByEnumArgument))]
    public void A_use_of_this_kind_is_seen(string sample) =>
        Assert.Contains(Of(sample), use => use.To.Name.Contains("Target", StringComparison.Ordinal));

    [Fact]
    public void A_lambda_counts_as_the_member_that_it_is_in() =>
        Assert.Contains(Of(nameof(ByLambda)), use => use.Member.EndsWith(".Make", StringComparison.Ordinal));

    // The compiler writes a file's own types as <TypeUseReaderTests>F…__ByBase, a generic one with `1 behind.
    private static IEnumerable<TypeUse> Of(string sample) =>
        Uses.Where(use => use.From.Name.Split('`')[0].EndsWith("__" + sample, StringComparison.Ordinal));
}

file class Target
{
    public int Value { get; init; }
}

file interface ITarget;

file enum TargetKind
{
    One,
}

file sealed class TargetException : Exception;

file sealed class ByBase : Target;

file sealed class ByInterface : ITarget;

file sealed class ByField
{
    public Target? Field { get; init; }
}

file static class ByParameter
{
    public static string? Name(Target target) => target.ToString();
}

[System.ComponentModel.TypeConverter(typeof(Target))]
file sealed class ByAttribute;

file static class ByTypeOf
{
    public static string Name => typeof(Target).Name;
}

file static class ByCast
{
    public static bool Is(object value) => value is Target;
}

file static class ByGenericType
{
    public static int Count => new List<Target>().Count;
}

file static class ByGenericMethod
{
    public static int Count => Array.Empty<Target>().Length;
}

file sealed class ByConstraint<T>
    where T : Target;

file static class ByCatch
{
    public static void Run(Action action)
    {
        try
        {
            action();
        }
        catch (TargetException)
        {
            // A sample.
        }
    }
}

file static class ByLambda
{
    public static Func<object> Make() => () => new Target { Value = 1 };
}

file static class Sink
{
    public static string Take(TargetKind kind) => kind.ToString();
}

file static class ByEnumArgument
{
    public static string Text => Sink.Take(TargetKind.One);
}

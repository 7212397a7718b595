namespace LusEdge.Tests.House;

/// <summary>A source folder, which is a namespace.</summary>
/// <param name="Name">Below the project, for instance <c>Publish/Events</c>.</param>
/// <param name="Purpose">What is in it.</param>
/// <param name="Uses">The folders of its project, and the other projects, that its code uses. Separated by spaces.</param>
internal sealed record Folder(string Name, string Purpose, string Uses)
{
    /// <summary>The project's own folder.</summary>
    public const string Root = "(root)";

    /// <summary>Top-level statements, which are in no namespace.</summary>
    public const string Program = "Program.cs";

    /// <summary><see cref="Uses"/> one by one.</summary>
    public IReadOnlyList<string> Used { get; } = Uses.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

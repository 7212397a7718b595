namespace LusEdge.Tests.House;

/// <summary>A project below src/.</summary>
/// <param name="Name">Its name, folder and root namespace.</param>
/// <param name="Purpose">What it is.</param>
/// <param name="References">The projects that it references directly. Separated by spaces.</param>
/// <param name="Folders">Every folder with source files.</param>
internal sealed record Project(string Name, string Purpose, string References, Folder[] Folders)
{
    /// <summary>The name of what it builds.</summary>
    public string Assembly { get; init; } = Name;

    /// <summary><see cref="References"/> one by one.</summary>
    public IReadOnlyList<string> Referenced { get; } = References.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Where a namespace's source is; null for a compiler's or a generator's own namespace.</summary>
    public string? FolderOf(string @namespace)
    {
        if (@namespace.Length == 0) return Folder.Program;
        if (@namespace == Name) return Folder.Root;
        if (!@namespace.StartsWith(Name + ".", StringComparison.Ordinal)) return null;
        string folder = @namespace[(Name.Length + 1)..].Replace('.', '/');

        // Generated code has namespaces without a folder: it belongs to the folder that it was generated for.
        while (!Directory.Exists(Path.Combine(Repository.Root, "src", Name, folder))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    public override string ToString() => Name;
}

using System.Text.RegularExpressions;
using LusEdge.Infer;
using LusEdge.Machine;

namespace LusEdge.Models;

/// <summary>
/// The models installed on a device, one folder each, and two links: <c>active</c>, the serving model, and <c>previous</c>, the
/// one before it. A missing link means the model that ships with the program. <c>active</c> changes by one rename, so a reader,
/// even after a power loss, sees either the old model or the new one. A rollback changes both links in one step; an activation
/// changes <c>previous</c> just after <c>active</c>, and if it is interrupted between the two, <c>previous</c> stays one model
/// further back. Names that begin with a dot are leftovers of an interruption and are ignored.
/// </summary>
public sealed partial class ModelStore
{
    private const string ActiveLink = "active";
    private const string PreviousLink = "previous";
    private const string RefusalSuffix = ".refused";
    private const long MaxRefusalBytes = 64 << 10;

    /// <summary>A store, which need not exist.</summary>
    /// <param name="folder">Infer:Store; a relative path starts at the program's own directory.</param>
    public ModelStore(string folder) => Folder = Path.GetFullPath(folder, AppContext.BaseDirectory);

    /// <summary>The store's folder.</summary>
    public string Folder { get; }

    /// <summary>Name of the active model; null if there is none, and the model that ships with the program serves.</summary>
    public string? Active => Target(ActiveLink);

    /// <summary>Name of the previous model; null for the one that ships with the program.</summary>
    public string? Previous => Target(PreviousLink);

    /// <summary>
    /// Names of the installed models: id@version-hash, with the hash's
    /// first eight digits. Other folders (lost+found) are ignored.
    /// </summary>
    /// <exception cref="ModelException">The store exists and can't be read.</exception>
    public IReadOnlyList<string> Names =>
    [
        .. (Exists ? new DirectoryInfo(Folder).EnumerateDirectories() : [])
            .Where(folder => folder.LinkTarget is null && ModelName().IsMatch(folder.Name))
            .Select(folder => folder.Name)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Whether the folder exists. An unreadable one throws: it must not pass for a store without an active model.
    /// </summary>
    /// <exception cref="ModelException">The store exists, or may exist, and can't be read.</exception>
    public bool Exists
    {
        get
        {
            try
            {
                using IEnumerator<string> entries = Directory.EnumerateFileSystemEntries(Folder).GetEnumerator();
                entries.MoveNext();
                return true;
            }
            catch (DirectoryNotFoundException)
            {
                return false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(e);
            }
        }
    }

    /// <summary>Changes with every activation, even of the same model.</summary>
    /// <exception cref="ModelException">The store can't be read.</exception>
    public (string? Name, DateTime At) ActiveSince
    {
        get
        {
            try
            {
                return (Active, new FileInfo(Path.Combine(Folder, ActiveLink)).LastWriteTimeUtc);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(e);
            }
        }
    }

    /// <summary>A model's directory.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>The name under which a package is installed.</summary>
    public static string NameOf(ModelManifest manifest) => $"{manifest.Id}@{manifest.Version}-{manifest.Sha256[..8]}";

    /// <summary>Why a service refused a model; null if it accepted the model, or has never tried it.</summary>
    public string? RefusalOf(string name)
    {
        try
        {
            return BoundedFile.ReadAllText(PathOf(name) + RefusalSuffix, MaxRefusalBytes).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Records beside a model why it was refused, for <c>model list</c>.
    /// Failing to write it is not an error: health and the log say it too.
    /// </summary>
    /// <param name="name">The model.</param>
    /// <param name="why">A sentence, or null once the model has been accepted.</param>
    public void RecordRefusal(string name, string? why)
    {
        try
        {
            if (why is null) File.Delete(PathOf(name) + RefusalSuffix);
            else File.WriteAllText(PathOf(name) + RefusalSuffix, why + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // See the summary.
        }
    }

    /// <summary>The name of an installed model.</summary>
    /// <param name="wanted">Its id, for the newest version; id@version; or the whole name.</param>
    /// <exception cref="ModelException">No installed model has that name.</exception>
    public string Find(string wanted)
    {
        IReadOnlyList<string> names = Names;
        return names
            .Where(name => name == wanted || name[..name.LastIndexOf('-')] == wanted || name.Split('@')[0] == wanted)
            .MaxBy(VersionOf)
            ?? throw new PackageException(
                PackageFailure.NotInstalled,
                $"{Folder}: no model {wanted} is installed (installed: {(names is [] ? "none" : string.Join(", ", names))}). "
                + "Install it: lusedge model install DIR.");
    }

    /// <summary>Makes an installed model the active one, or, for null, the model that ships with the program.</summary>
    /// <param name="name">As returned by <see cref="Find"/>.</param>
    /// <exception cref="ModelException">The store can't be written.</exception>
    public void Activate(string? name) => Write(() =>
    {
        SweepLinks();
        string? before = Active, previous = Previous;
        if (name is not null) RecordRefusal(name, null);

        // A refused model never served, so it does not become the previous one.
        bool served = before != name && (before is null || RefusalOf(before) is null);
        if (served && name == previous && TrySwapLinks()) return;
        Link(ActiveLink, name);
        if (served) Link(PreviousLink, before);
    });

    /// <summary>Swaps the two links in one step, even if one is missing.</summary>
    /// <returns>False where the file system can't: nothing has changed.</returns>
    private bool TrySwapLinks()
    {
        string active = Path.Combine(Folder, ActiveLink), previous = Path.Combine(Folder, PreviousLink);
        if (Active is null) LibC.Rename(previous, active);
        else if (Previous is null) LibC.Rename(active, previous);
        else if (!LibC.Exchange(active, previous)) return false;
        LibC.FlushFolder(Folder);
        return true;
    }

    /// <summary>Deletes links that a killed activation created but did not move into place.</summary>
    private void SweepLinks()
    {
        foreach (string link in (string[])[ActiveLink, PreviousLink])
        {
            foreach (string left in Directory.EnumerateFileSystemEntries(Folder, $".{link}-*")) File.Delete(left);
        }
    }

    private static int VersionOf(string name)
    {
        int at = name.IndexOf('@');
        return int.TryParse(name.AsSpan(at + 1, name.LastIndexOf('-') - at - 1), out int version) ? version : 0;
    }

    private PackageException Unreadable(Exception e) => new(
        PackageFailure.StoreUnavailable,
        $"{Folder}: the model store can't be read: {e.Message} "
        + "Make the service's user its owner, or set Infer:Store or Infer:Model.",
        e);

    // A link that points elsewhere yields a name that is not in the store, and is refused as such.
    private string? Target(string link) => new FileInfo(Path.Combine(Folder, link)).LinkTarget is { } target
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(target))
        : null;

    private void Link(string link, string? target)
    {
        string place = Path.Combine(Folder, link);
        if (target is null)
        {
            File.Delete(place);
        }
        else
        {
            string made = Path.Combine(Folder, $".{link}-{Guid.NewGuid():N}");
            File.CreateSymbolicLink(made, target);
            LibC.Rename(made, place);
        }

        LibC.FlushFolder(Folder);
    }

    /// <summary>Changes the store under its lock.</summary>
    private void Write(Action work)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            using FileStream held = new(
                Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                PackageFailure.StoreUnavailable,
                $"{Folder}: the model store can't be written: {e.Message} "
                + "Check that no other `lusedge model` is running and that the disk is not full; run this as the service's user.",
                e);
        }
    }

    [GeneratedRegex(@"\A[a-z0-9-]+@[0-9]+-[0-9a-f]{8}\z")]
    private static partial Regex ModelName();
}

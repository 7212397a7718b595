using System.Text.RegularExpressions;
using LusEdge.Infer;
using LusEdge.Machine;

namespace LusEdge.Models;

/// <summary>
/// The models that are installed on a box, a folder each, and two links: <c>active</c>, which serves, and <c>previous</c>, which did before.
/// A link that is not there means the model that came with the program. What serves changes by one rename, so that whoever looks, or comes back after
/// a loss of power, finds the model before or the model after. The way back changes in the same step when it is taken; when a new model is activated
/// it changes just after, and an interruption between the two leaves it as it was: one model further back. A name that begins with a dot is nothing:
/// what an interruption has left.
/// </summary>
public sealed partial class ModelStore
{
    private const string ActiveLink = "active";
    private const string PreviousLink = "previous";
    private const string RefusalSuffix = ".refused";

    /// <summary>A store, which need not exist.</summary>
    /// <param name="folder">Infer:Store; a relative path starts at the program's own directory.</param>
    public ModelStore(string folder) => Folder = Path.GetFullPath(folder, AppContext.BaseDirectory);

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>Name of the active model, null if there is none: then the model that came with the program serves.</summary>
    public string? Active => Target(ActiveLink);

    /// <summary>Name of the model before, null for the one that came with the program.</summary>
    public string? Previous => Target(PreviousLink);

    /// <summary>Names of the installed models: id@version-hash, the hash's first eight digits. Any other folder (lost+found) is somebody else's.</summary>
    /// <exception cref="ModelException">The store is there and can't be read.</exception>
    public IReadOnlyList<string> Names => IsThere
        ? [.. new DirectoryInfo(Folder).EnumerateDirectories().Where(d => d.LinkTarget is null && ModelName().IsMatch(d.Name)).Select(d => d.Name).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Whether the folder is there. One that can't be looked into is no store without an active model: nobody may take it for one.</summary>
    /// <exception cref="ModelException">The store is there, or may be, and can't be read.</exception>
    public bool IsThere
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

    /// <summary>Changes whenever a model was activated, be it the same one again.</summary>
    /// <exception cref="ModelException">The store can't be looked into.</exception>
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

    /// <summary>The name that a package gets.</summary>
    public static string NameOf(ModelManifest manifest) => $"{manifest.Id}@{manifest.Version}-{manifest.Sha256[..8]}";

    /// <summary>Why a running service has not taken a model over; null if it has, or was never asked to.</summary>
    public string? RefusalOf(string name)
    {
        try
        {
            return File.ReadAllText(PathOf(name) + RefusalSuffix).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes beside a model why it was refused, for whoever asks later. A store that can't be written is no hindrance: health and log say it too.</summary>
    /// <param name="name">The model.</param>
    /// <param name="why">A sentence, or null once it has been taken over.</param>
    public void NoteRefusal(string name, string? why)
    {
        try
        {
            if (why is null) File.Delete(PathOf(name) + RefusalSuffix);
            else File.WriteAllText(PathOf(name) + RefusalSuffix, why + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Said above.
        }
    }

    /// <summary>The name of an installed model.</summary>
    /// <param name="wanted">Its id, for the newest version; id@version; or the whole name.</param>
    /// <exception cref="ModelException">None is installed by that name.</exception>
    public string Find(string wanted) =>
        Names.Where(name => name == wanted || name[..name.LastIndexOf('-')] == wanted || name.Split('@')[0] == wanted).MaxBy(VersionOf)
        ?? throw new PackageException(
            PackageFailure.NotInstalled,
            $"{Folder}: no model {wanted} is installed; there {(Names is [] ? "is none" : $"are {string.Join(", ", Names)}")}. Install it: lusedge model install DIR.");

    /// <summary>Makes an installed model the active one, or, for null, the model that came with the program.</summary>
    /// <param name="name">As <see cref="Find"/> gave it.</param>
    /// <exception cref="ModelException">The store can't be written.</exception>
    public void Activate(string? name) => Write(() =>
    {
        SweepLinks();
        string? before = Active, way = Previous;
        if (name is not null) NoteRefusal(name, null);

        // What a service has refused never served: the way back leads past it.
        bool served = before != name && (before is null || RefusalOf(before) is null);
        if (served && name == way && TryTurnBack()) return;
        Link(ActiveLink, name);
        if (served) Link(PreviousLink, before);
    });

    /// <summary>The two links change places: one rename, whichever of them is there.</summary>
    private bool TryTurnBack()
    {
        string active = Path.Combine(Folder, ActiveLink), previous = Path.Combine(Folder, PreviousLink);
        if (Active is null) LibC.Rename(previous, active);
        else if (Previous is null) LibC.Rename(active, previous);
        else if (!LibC.Exchange(active, previous)) return false;
        LibC.FlushFolder(Folder);
        return true;
    }

    /// <summary>Links that a killed activation has made and not put in place.</summary>
    private void SweepLinks()
    {
        foreach (string link in (string[])[ActiveLink, PreviousLink])
        {
            foreach (string left in Directory.EnumerateFileSystemEntries(Folder, $".{link}-*")) File.Delete(left);
        }
    }

    private static int VersionOf(string name) => int.TryParse(name.AsSpan(name.IndexOf('@') + 1, name.LastIndexOf('-') - name.IndexOf('@') - 1), out int version) ? version : 0;

    private PackageException Unreadable(Exception e) => new(
        PackageFailure.StoreUnavailable, $"{Folder}: the store of models can't be read: {e.Message} Give it to the service's user, or set Infer:Store or Infer:Model.", e);

    // A link that leads elsewhere names something that is not in the store, and is refused as such.
    private string? Target(string link) => new FileInfo(Path.Combine(Folder, link)).LinkTarget is { } target ? Path.GetFileName(Path.TrimEndingDirectorySeparator(target)) : null;

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

    /// <summary>Does something to the store that nobody else may do meanwhile.</summary>
    private void Write(Action work)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            using FileStream alone = new(Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                PackageFailure.StoreUnavailable,
                $"{Folder}: the store of models can't be written: {e.Message} See whether another `lusedge model` is at work, the disk is full, or this user may not: run it as the service's user.",
                e);
        }
    }

    [GeneratedRegex(@"\A[a-z0-9-]+@[0-9]+-[0-9a-f]{8}\z")]
    private static partial Regex ModelName();
}

using LusEdge.Infer;
using LusEdge.Machine;

namespace LusEdge.Models;

/// <content>From outside into the store: what is installed is verified where it will stay, and gets its name last.</content>
public sealed partial class ModelStore
{
    private const string StagingPrefix = ".staging-";
    private const UnixFileMode FileMode644 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Copies a package into the store. Interrupted at any moment, it has installed the whole package or nothing.</summary>
    /// <param name="source">A package's directory, or a .tar.gz with one.</param>
    /// <param name="keys">Whose signatures count.</param>
    /// <param name="prove">Is given the verified copy, and throws if the model does not work on this box.</param>
    /// <returns>Its name, and whether it was there already.</returns>
    /// <exception cref="ModelException">The package is not signed by a trusted key, not whole, does not work, or the store can't be written.</exception>
    public (string Name, bool WasThere) Install(string source, TrustedKeys keys, Action<ModelPackage> prove)
    {
        // What is wrong with a directory shows before anything is written.
        ModelPackage? directory = Directory.Exists(source) ? ModelPackage.Verify(Path.GetFullPath(source), keys) : null;
        if (directory is null && !File.Exists(source))
        {
            throw new ModelException(ModelFailure.NotFound, $"{source}: there is no such file or directory. Name a model's package: its directory, or a .tar.gz.");
        }

        (string Name, bool WasThere) installed = default;
        Write(() => installed = Install(source, directory, keys, prove));
        return installed;
    }

    private (string Name, bool WasThere) Install(string source, ModelPackage? directory, TrustedKeys keys, Action<ModelPackage> prove)
    {
        // What a killed installation has left; nobody else is at work.
        foreach (string left in Directory.EnumerateDirectories(Folder, StagingPrefix + "*")) Directory.Delete(left, recursive: true);
        string staging = Path.Combine(Folder, StagingPrefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(staging);
        string copy = staging;
        try
        {
            copy = directory is null ? PackageArchive.Unpack(source, staging) : Copy(directory, staging);
            ModelPackage package = ModelPackage.Verify(copy, keys);
            string name = NameOf(package.Manifest);
            if (IsInstalled(name, package, keys)) return (name, true);
            prove(package);
            MakeDurable(copy);
            TakePlace(copy, PathOf(name));
            return (name, false);
        }
        catch (ModelException e)
        {
            // The copy is gone when this is read: the package has the name that it came by.
            throw new ModelException(e.Reason, e.Message.Replace(copy, source, StringComparison.Ordinal), e);
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Whether the very same package is installed and whole. A version names one model: another one under it is refused.</summary>
    private bool IsInstalled(string name, ModelPackage package, TrustedKeys keys)
    {
        string family = $"{package.Manifest.Id}@{package.Manifest.Version}-";
        if (Names.FirstOrDefault(other => other != name && other.StartsWith(family, StringComparison.Ordinal)) is { } other)
        {
            throw new PackageException(
                PackageFailure.BadPackage, $"{package.Directory}: {package.Manifest.Reference}: another model of that id and version is installed, {other}. Give the new one a higher version, and sign it.");
        }

        return Directory.Exists(PathOf(name))
            && File.Exists(Path.Combine(PathOf(name), ModelManifest.FileName))
            && ModelManifest.Read(PathOf(name)).AsSpan().SequenceEqual(ModelManifest.Read(package.Directory))
            && ModelPackage.Open(PathOf(name), keys).Flaw is null;
    }

    private static string Copy(ModelPackage package, string folder)
    {
        foreach (string path in package.Files)
        {
            string copy = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(package.Directory, path), copy);
        }

        return folder;
    }

    private static void MakeDurable(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // Whoever installs it, the service's user is to read it.
            File.SetUnixFileMode(file, FileMode644);
            using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }

        foreach (string inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder))
        {
            File.SetUnixFileMode(inner, FileMode644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            LibC.FlushFolder(inner);
        }
    }

    private void TakePlace(string copy, string place)
    {
        if (!Directory.Exists(place)) LibC.Rename(copy, place);
        // Damaged, or of the same model with another card: the two change places in one step, and the old one goes with the staging folder.
        else if (!LibC.Exchange(copy, place)) TakePlaceInTwoSteps(copy, place);
        LibC.FlushFolder(Folder);
    }

    /// <summary>Where a file system can't exchange two names: for a moment there is neither, and a kill then leaves neither. Install it again.</summary>
    private void TakePlaceInTwoSteps(string copy, string place)
    {
        string aside = Path.Combine(Folder, StagingPrefix + Guid.NewGuid().ToString("N"));
        Directory.Move(place, aside);
        try
        {
            LibC.Rename(copy, place);
        }
        catch
        {
            Directory.Move(aside, place);
            throw;
        }

        Directory.Delete(aside, recursive: true);
    }
}

using LusEdge.Infer;
using LusEdge.Machine;

namespace LusEdge.Models;

/// <content>Installation: a package is copied into the store, verified there, and named last.</content>
public sealed partial class ModelStore
{
    private const string StagingPrefix = ".staging-";
    private const UnixFileMode FileMode644 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Copies a package into the store. An interruption at any moment leaves the whole package installed, or nothing.
    /// </summary>
    /// <param name="source">A package's directory, or a .tar.gz with one.</param>
    /// <param name="keys">The trusted keys.</param>
    /// <param name="test">Receives the verified copy, and throws if the model does not work on this device.</param>
    /// <returns>Its name, and whether it was installed already.</returns>
    /// <exception cref="ModelException">
    /// The package is incomplete, not signed by a trusted key, or does not work; or the store can't be written.
    /// </exception>
    public (string Name, bool WasInstalled) Install(string source, TrustedKeys keys, Action<ModelPackage> test)
    {
        // The signature is verified before anything is written.
        if (Directory.Exists(source))
        {
            ModelPackage directory = ModelPackage.Verify(Path.GetFullPath(source), keys);
            return Install(source, folder => Copy(directory, folder), keys, test);
        }

        if (!File.Exists(source))
        {
            throw new ModelException(
                ModelFailure.NotFound,
                $"{source}: no such file or directory. Name a model's package: its directory or a .tar.gz.");
        }

        using var archive = new PackageArchive(source);
        (ModelPackage signed, string root) = archive.ReadSigned(keys);
        return Install(source, folder => archive.Unpack(signed, root, folder), keys, test);
    }

    private (string Name, bool WasInstalled) Install(
        string source, Action<string> copyTo, TrustedKeys keys, Action<ModelPackage> test)
    {
        (string Name, bool WasInstalled) installed = default;
        Write(() => installed = InstallLocked(source, copyTo, keys, test));
        return installed;
    }

    private (string Name, bool WasInstalled) InstallLocked(
        string source, Action<string> copyTo, TrustedKeys keys, Action<ModelPackage> test)
    {
        // Left by a killed installation: the lock excludes a running one.
        foreach (string left in Directory.EnumerateDirectories(Folder, StagingPrefix + "*"))
        {
            Directory.Delete(left, recursive: true);
        }

        string staging = Path.Combine(Folder, StagingPrefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(staging);
        try
        {
            copyTo(staging);
            ModelPackage package = ModelPackage.Verify(staging, keys);
            string name = NameOf(package.Manifest);
            if (IsInstalled(name, package, keys)) return (name, true);
            test(package);
            MakeDurable(staging);
            MoveIntoPlace(staging, PathOf(name));
            return (name, false);
        }
        catch (ModelException e)
        {
            // The copy will be gone when this is read, so the message names the source.
            throw new ModelException(e.Reason, e.Message.Replace(staging, source, StringComparison.Ordinal), e);
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>
    /// Whether this same package is installed and intact. A different model with the same id and version is refused.
    /// </summary>
    private bool IsInstalled(string name, ModelPackage package, TrustedKeys keys)
    {
        string family = $"{package.Manifest.Id}@{package.Manifest.Version}-";
        if (Names.FirstOrDefault(other => other != name && other.StartsWith(family, StringComparison.Ordinal)) is { } other)
        {
            throw new PackageException(
                PackageFailure.BadPackage,
                $"{package.Directory}: {package.Manifest.Reference}: a different model with this id and version "
                + $"is installed, {other}. Give the new one a higher version, and sign it again.");
        }

        return Directory.Exists(PathOf(name))
            && File.Exists(Path.Combine(PathOf(name), ModelManifest.FileName))
            && ModelManifest.Read(PathOf(name)).AsSpan().SequenceEqual(ModelManifest.Read(package.Directory))
            && ModelPackage.Open(PathOf(name), keys).Flaw is null;
    }

    private static void Copy(ModelPackage package, string folder)
    {
        foreach (string path in package.Files)
        {
            string copy = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(package.Directory, path), copy);
        }
    }

    private static void MakeDurable(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // The service's user must be able to read it, whoever installs it.
            File.SetUnixFileMode(file, FileMode644);
            using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }

        foreach (string inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder))
        {
            File.SetUnixFileMode(
                inner, FileMode644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            LibC.FlushFolder(inner);
        }
    }

    private void MoveIntoPlace(string copy, string place)
    {
        if (!Directory.Exists(place)) LibC.Rename(copy, place);
        // The installed one is damaged or has another card: swap the two
        // in one step; the old one is deleted with the staging folder.
        else if (!LibC.Exchange(copy, place)) ReplaceInTwoSteps(copy, place);
        LibC.FlushFolder(Folder);
    }

    /// <summary>
    /// For file systems that can't exchange two names. For a moment neither is there, and a kill at that moment removes the model
    /// until it is installed again.
    /// </summary>
    private void ReplaceInTwoSteps(string copy, string place)
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

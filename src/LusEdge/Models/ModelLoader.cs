using LusEdge.Infer;
using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>
/// Decides which model serves, and proves a package before it does. Infer:Model, where it is given, serves and nothing else; else the store's active
/// model; else the one that came with the program.
/// </summary>
/// <param name="options">Section Infer.</param>
/// <param name="logger">Told what is loaded, and what is wrong with it.</param>
public sealed class ModelLoader(ModelOptions options, ILogger<SeverityModel> logger)
{
    /// <summary>The installed models.</summary>
    public ModelStore Store { get; } = new(options.Store);

    /// <summary>Whose signatures count here, read at every use: a key that was put there or taken away counts from the next activation on.</summary>
    /// <exception cref="ModelException">A key's file can't be used.</exception>
    public TrustedKeys Keys => TrustedKeys.Load(options);

    /// <summary>The directory of Infer:Model, or of the model that comes with the program.</summary>
    public string OwnDirectory => options.ResolveDirectory();

    /// <summary>Whether the store decides, and a model that is activated there takes over from the one that runs.</summary>
    public bool FollowsStore => options.Model is null;

    /// <summary>The directory of what serves: the store's active model, the one before where that was refused, or <see cref="OwnDirectory"/>.</summary>
    public string Serving => (FollowsStore && Store.Active is { } active ? Store.RefusalOf(active) is null ? active : Store.Previous : null) is { } name ? Store.PathOf(name) : OwnDirectory;

    /// <summary>
    /// Loads what is to serve when the service starts. If the active model is refused, or was and has not been activated again, the one before serves,
    /// as it would have in a service that ran on.
    /// </summary>
    /// <returns>The model, its name in the store (null outside of it), and why the active one was refused (null if it was not).</returns>
    /// <exception cref="ModelException">None can serve.</exception>
    public (SeverityModel Model, string? Name, string? Refusal) LoadAtStart()
    {
        string? active = FollowsStore && Store.IsThere ? Store.Active : null;
        if (active is null) return (LoadNamed(null), null, null);
        string? before = Store.Previous;
        // Where there is no other, one that was refused is tried all the same.
        string? refusal = before == active ? null : Store.RefusalOf(active);
        try
        {
            if (refusal is null)
            {
                SeverityModel model = LoadNamed(active);
                Store.NoteRefusal(active, null);
                return (model, active, null);
            }
        }
        catch (ModelException e) when (before != active)
        {
            refusal = e.Message;
            if (e.IsModelFault) Store.NoteRefusal(active, refusal);
        }

        Log.ActivationRefused(logger, refusal);
        try
        {
            return (LoadNamed(before), before, refusal);
        }
        catch (ModelException e) when (e.Message != refusal)
        {
            throw new ModelException(e.Reason, $"{refusal} The model before can't serve either: {e.Message}", e);
        }
    }

    /// <summary>Loads a model of the store, or the one outside of it.</summary>
    /// <param name="name">Its name in the store; null for <see cref="OwnDirectory"/>, which serves unsigned too, and says so.</param>
    /// <exception cref="ModelException">It can't be used, or, out of the store, is not as it was signed or does not agree with its golden frames.</exception>
    public SeverityModel LoadNamed(string? name)
    {
        if (name is not null) return Prove(ModelPackage.Verify(Store.PathOf(name), Keys)).Model;
        SeverityModel model = ModelPackage.Open(OwnDirectory, Keys).Load(options, logger);
        if (model.InUse.SignatureFlaw is { } flaw) Log.Unverified(logger, flaw);
        return model;
    }

    /// <summary>Loads a package with the provider that will serve, and holds it against its golden frames.</summary>
    /// <param name="package">A verified one.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <exception cref="ModelException">It does not load, or answers otherwise than where it was made.</exception>
    public (SeverityModel Model, Parity Parity) Prove(ModelPackage package, IProgress<string>? progress = null)
    {
        progress?.Report("loading");
        GoldenFrames golden = GoldenFrames.Load(package.Directory)
            ?? throw new PackageException(PackageFailure.BadPackage, $"{package.Directory}: it has no golden frames ({GoldenFrames.FileName}). Export and sign the model again.");
        SeverityModel model = package.Load(options, logger);
        try
        {
            Parity parity = golden.Compare(package.Directory, model, progress);
            return parity.Holds
                ? (model, parity)
                : throw new PackageException(
                    PackageFailure.ParityFailed,
                    $"{package.Directory}: {package.Manifest.Reference} does not answer on this box ({model.InUse.Provider}, {model.InUse.Precision}) as where it was made: {parity}. Try Infer:Provider cpu, or get a package made for this box.");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Verifies a package, proves it and copies it into the store.</summary>
    /// <param name="source">Its directory or .tar.gz.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <returns>Its name, whether it was there already, and how far it agrees with its golden frames (null when it was there).</returns>
    /// <exception cref="ModelException">It is refused, or the store can't be written; the store is as it was.</exception>
    public (string Name, bool WasThere, Parity? Parity) Install(string source, IProgress<string>? progress = null)
    {
        Parity? parity = null;
        progress?.Report("verifying");
        (string name, bool wasThere) = Store.Install(source, Keys, package =>
        {
            (SeverityModel model, parity) = Prove(package, progress);
            model.Dispose();
        });
        return (name, wasThere, parity);
    }

    /// <summary>Verifies and proves an installed model once more, and makes it the active one.</summary>
    /// <param name="wanted">Its id, id@version or name; null for the model that came with the program.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <returns>Its name in the store.</returns>
    /// <exception cref="ModelException">It is refused, or the store can't be written; what was active still is.</exception>
    public string? Activate(string? wanted, IProgress<string>? progress = null)
    {
        string? name = wanted is null ? null : Store.Find(wanted);
        if (name is not null)
        {
            progress?.Report("verifying");
            Prove(ModelPackage.Verify(Store.PathOf(name), Keys), progress).Model.Dispose();
        }

        Store.Activate(name);
        return name;
    }

    /// <summary>Activates what served before.</summary>
    /// <param name="progress">Told what is being done.</param>
    /// <returns>Its name, null for the model that came with the program.</returns>
    /// <exception cref="ModelException">There is nothing to go back to, or it is refused; what was active still is.</exception>
    public string? Rollback(IProgress<string>? progress = null)
    {
        string? before = Store.Previous;
        if (Store.Active == before)
        {
            throw new PackageException(PackageFailure.NotInstalled, $"{Store.Folder}: no other model served before: there is nothing to go back to. See what there is: lusedge model list.");
        }

        if (before is not null && Store.RefusalOf(before) is { } refusal)
        {
            throw new PackageException(
                PackageFailure.NotInstalled, $"{Store.Folder}: {before} served before, and was refused since: {refusal} Activate another model, or that one once it is mended: lusedge model list.");
        }

        return Activate(before, progress);
    }
}

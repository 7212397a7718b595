using LusEdge.Infer;
using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>
/// Decides which model serves, and checks a package before it does. Infer:Model wins if it is set; otherwise the store's active
/// model serves; otherwise the model that ships with the program.
/// </summary>
/// <param name="options">Section Infer.</param>
/// <param name="logger">Logs what is loaded, and what is wrong with it.</param>
public sealed class ModelLoader(ModelOptions options, ILogger<SeverityModel> logger)
{
    /// <summary>The installed models.</summary>
    public ModelStore Store { get; } = new(options.Store);

    /// <summary>The trusted keys, read at each use: a key that is added or removed takes effect at the next activation.</summary>
    /// <exception cref="ModelException">A key's file can't be used.</exception>
    public TrustedKeys Keys => TrustedKeys.Load(options);

    /// <summary>The directory of Infer:Model, or of the model that ships with the program.</summary>
    public string OwnDirectory => options.ResolveDirectory();

    /// <summary>Whether the store decides, so that a model activated there replaces the running one.</summary>
    public bool FollowsStore => options.Model is null;

    /// <summary>
    /// The directory of the serving model: the store's active model, the previous one if the active one was refused, or
    /// <see cref="OwnDirectory"/>.
    /// </summary>
    public string Serving
    {
        get
        {
            if (!FollowsStore || Store.Active is not { } active) return OwnDirectory;
            return (Store.RefusalOf(active) is null ? active : Store.Previous) is { } name ? Store.PathOf(name) : OwnDirectory;
        }
    }

    /// <summary>
    /// Loads the model to serve when the service starts. If the active model is refused, or was refused and has not been
    /// activated since, the previous one serves, as it would in a service that kept running.
    /// </summary>
    /// <returns>
    /// The model, its name in the store (null outside it), and why the active one was refused (null if it was not).
    /// </returns>
    /// <exception cref="ModelException">No model can serve.</exception>
    public (SeverityModel Model, string? Name, string? Refusal) LoadAtStart()
    {
        string? active = FollowsStore && Store.Exists ? Store.Active : null;
        if (active is null) return (LoadNamed(null), null, null);
        string? before = Store.Previous;
        // With no other model to fall back on, a refused one is tried anyway.
        string? refusal = before == active ? null : Store.RefusalOf(active);
        try
        {
            if (refusal is null)
            {
                SeverityModel model = LoadNamed(active);
                Store.RecordRefusal(active, null);
                return (model, active, null);
            }
        }
        catch (ModelException e) when (before != active)
        {
            refusal = e.Message;
            if (e.IsModelFault) Store.RecordRefusal(active, refusal);
        }

        Log.ActivationRefused(logger, refusal);
        try
        {
            return (LoadNamed(before), before, refusal);
        }
        catch (ModelException e) when (e.Message != refusal)
        {
            throw new ModelException(e.Reason, $"{refusal} The previous model can't serve either: {e.Message}", e);
        }
    }

    /// <summary>Loads a model from the store, or the one outside it.</summary>
    /// <param name="name">
    /// Its name in the store; null for <see cref="OwnDirectory"/>, which also serves unsigned, with a warning.
    /// </param>
    /// <exception cref="ModelException">
    /// The model can't be used. For a model from the store also: it differs from what was signed, or from its golden frames.
    /// </exception>
    public SeverityModel LoadNamed(string? name)
    {
        if (name is not null) return LoadAndTest(ModelPackage.Verify(Store.PathOf(name), Keys)).Model;
        SeverityModel model = ModelPackage.Open(OwnDirectory, Keys).Load(options, logger);
        if (model.InUse.SignatureFlaw is { } flaw) Log.Unverified(logger, flaw);
        return model;
    }

    /// <summary>Loads a package with the provider that will serve, and compares its outputs with its golden frames.</summary>
    /// <param name="package">A verified package.</param>
    /// <param name="progress">Receives a line per step.</param>
    /// <exception cref="ModelException">It does not load, or does not reproduce its reference outputs.</exception>
    public (SeverityModel Model, Parity Parity) LoadAndTest(ModelPackage package, IProgress<string>? progress = null)
    {
        progress?.Report("loading");
        GoldenFrames golden = GoldenFrames.Load(package.Directory)
            ?? throw new PackageException(
                PackageFailure.BadPackage,
                $"{package.Directory}: it has no golden frames ({GoldenFrames.FileName}). Export and sign the model again.");
        SeverityModel model = package.Load(options, logger);
        try
        {
            Parity parity = golden.Compare(package.Directory, model, progress);
            return parity.Holds
                ? (model, parity)
                : throw new PackageException(
                    PackageFailure.ParityFailed,
                    $"{package.Directory}: {package.Manifest.Reference} does not reproduce its reference outputs on this device "
                    + $"({model.InUse.Provider}, {model.InUse.Precision}): {parity}. "
                    + "Try Infer:Provider cpu, or get a package made for this device.");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Verifies a package, tests it and copies it into the store.</summary>
    /// <param name="source">Its directory or .tar.gz.</param>
    /// <param name="progress">Receives a line per step.</param>
    /// <returns>
    /// Its name, whether it was installed already, and how it compares with its golden frames (null if it was installed).
    /// </returns>
    /// <exception cref="ModelException">
    /// The package is refused, or the store can't be written; the store is unchanged.
    /// </exception>
    public (string Name, bool WasInstalled, Parity? Parity) Install(string source, IProgress<string>? progress = null)
    {
        Parity? parity = null;
        progress?.Report("verifying");
        (string name, bool wasInstalled) = Store.Install(source, Keys, package =>
        {
            (SeverityModel model, parity) = LoadAndTest(package, progress);
            model.Dispose();
        });
        return (name, wasInstalled, parity);
    }

    /// <summary>Verifies and tests an installed model again, and makes it the active one.</summary>
    /// <param name="wanted">Its id, id@version or name; null for the model that ships with the program.</param>
    /// <param name="progress">Receives a line per step.</param>
    /// <returns>Its name in the store.</returns>
    /// <exception cref="ModelException">
    /// The model is refused, or the store can't be written; the active model is unchanged.
    /// </exception>
    public string? Activate(string? wanted, IProgress<string>? progress = null)
    {
        string? name = wanted is null ? null : Store.Find(wanted);
        if (name is not null)
        {
            progress?.Report("verifying");
            LoadAndTest(ModelPackage.Verify(Store.PathOf(name), Keys), progress).Model.Dispose();
        }

        Store.Activate(name);
        return name;
    }

    /// <summary>Activates the previous model.</summary>
    /// <param name="progress">Receives a line per step.</param>
    /// <returns>Its name, null for the model that ships with the program.</returns>
    /// <exception cref="ModelException">There is no previous model, or it is refused; the active model is unchanged.</exception>
    public string? Rollback(IProgress<string>? progress = null)
    {
        string? before = Store.Previous;
        if (Store.Active == before)
        {
            throw new PackageException(
                PackageFailure.NotInstalled,
                $"{Store.Folder}: no other model has served, so there is nothing to go back to. "
                + "See what is installed: lusedge model list.");
        }

        if (before is not null && Store.RefusalOf(before) is { } refusal)
        {
            throw new PackageException(
                PackageFailure.NotInstalled,
                $"{Store.Folder}: the previous model, {before}, was refused: {refusal} "
                + "Activate another model, or repair this one and activate it: lusedge model list.");
        }

        return Activate(before, progress);
    }
}

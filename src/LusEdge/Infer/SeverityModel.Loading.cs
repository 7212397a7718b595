using LusEdge.Machine;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusEdge.Infer;

/// <content>
/// Loading: from a directory to a model that has run once. Every error says what is wrong, where, and what to do.
/// </content>
public sealed partial class SeverityModel
{
    /// <summary>The largest allowed size of model.onnx in bytes: a ResNet-152 in full precision takes 230 MiB.</summary>
    public const long MaxBytes = 1L << 30;

    private const string OutputName = "probabilities";
    private const string QualityName = "quality";

    /// <summary>Loads the model in a directory, without checking its signature.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="options">Provider and threads.</param>
    /// <param name="logger">For refused providers, with the reason, and for the one in use.</param>
    /// <exception cref="ModelException">The model, the runtime or the provider requested by name can't be used.</exception>
    public static SeverityModel Load(string directory, InferOptions options, ILogger<SeverityModel> logger) =>
        Load(directory, ModelManifest.Load(directory), options, logger);

    /// <summary>Loads a model on the first provider that works, and warms it up.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="manifest">Its manifest, already checked.</param>
    /// <param name="options">Provider and threads.</param>
    /// <param name="logger">For refused providers, with the reason, and for the one in use.</param>
    /// <param name="signedBy">File name of the trusted key that signed it, null if none did.</param>
    /// <param name="signatureFlaw">Why there is no valid signature; null if there is one or it was not checked.</param>
    /// <exception cref="ModelException">The model, the runtime or the provider requested by name can't be used.</exception>
    public static SeverityModel Load(
        string directory,
        ModelManifest manifest,
        InferOptions options,
        ILogger<SeverityModel> logger,
        string? signedBy = null,
        string? signatureFlaw = null)
    {
        SeverityModel model = LoadFirstThatWorks(Path.Combine(directory, FileName), manifest, options, logger);
        model.InUse = model.InUse with { SignedBy = signedBy, SignatureFlaw = signatureFlaw };

        // The file's bytes are garbage now. The steady state allocates nothing, so no later collection would ever free them.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return model;
    }

    private static SeverityModel LoadFirstThatWorks(
        string file, ModelManifest manifest, InferOptions options, ILogger<SeverityModel> logger)
    {
        byte[] content = Read(file, manifest);

        var refused = new Dictionary<string, string>();
        foreach (ExecutionProvider provider in ExecutionProvider.CandidatesFor(options.Provider))
        {
            bool isLastResort = provider == ExecutionProvider.Cpu || options.Provider != ProviderChoice.Auto;
            try
            {
                SeverityModel model = LoadOn(provider, content, file, manifest, options, refused, logger);
                Log.Loaded(logger, model.InUse.Reference, model.InUse.Scheme.Id, model.InUse.Provider, model.InUse.Precision);
                return model;
            }
            catch (ProviderRefusedException e) when (!isLastResort)
            {
                refused[provider.Name] = e.Message;
                // A CPU build never promised a GPU; in a GPU build, an unused GPU is worth a warning.
                LogLevel level = provider.IsInBuild ? LogLevel.Warning : LogLevel.Information;
                Log.ProviderRefused(logger, level, provider.Name, e.Message);
            }
            catch (ProviderRefusedException e)
            {
                throw new ModelException(
                    ModelFailure.ProviderUnavailable,
                    $"Infer:Provider: {provider.Name} was requested by name but does not work here: {e.Message} "
                    + "Install what it needs, or set Infer:Provider to auto.",
                    e);
            }
        }

        throw new InvalidOperationException("The CPU provider neither loaded nor failed.");
    }

    private static byte[] Read(string file, ModelManifest manifest)
    {
        byte[] content;
        try
        {
            content = BoundedFile.ReadAllBytes(file, MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFailure.NotFound, $"{file}: can't be read: {e.Message} Install the model again.", e);
        }

        // The hashed bytes are the ones that run: the file is not opened again.
        string hash = ModelManifest.HashOf(content);
        return hash == manifest.Sha256
            ? content
            : throw new ModelException(
                ModelFailure.HashMismatch,
                $"{file}: its SHA-256 is {hash}{(content.Length == 0 ? " (the file is empty)" : "")}, "
                + $"but {ModelManifest.FileName} says {manifest.Sha256}: the file is damaged or is not the released one. "
                + "Install the model again.");
    }

    private static SeverityModel LoadOn(
        ExecutionProvider provider,
        byte[] content,
        string file,
        ModelManifest manifest,
        InferOptions options,
        Dictionary<string, string> refused,
        ILogger logger)
    {
        using var profile = new WarmUpProfile();
        InferenceSession session = OpenSession(provider, content, file, options, profile);
        try
        {
            ModelDescription description = Describe(session, file);
            CheckAgainst(manifest, description, file);
            CheckShapes(session, description, file);
            string ran = WarmUp(session, description, file);
            if (ran != provider.Name) throw new ProviderRefusedException($"it loaded, but the warm-up frame ran on {ran}.");
            return new SeverityModel(
                session,
                description,
                new ModelInUse(
                    manifest.Id,
                    manifest.Reference,
                    manifest.Sha256,
                    new ScoringScheme(description.Scheme, description.Classes, description.Severities),
                    options.Provider.ToString().ToLowerInvariant(),
                    ran,
                    description.Precision,
                    new Dictionary<string, string>(refused),
                    description.Provenance.DemonstrationOnly),
                logger);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static InferenceSession OpenSession(
        ExecutionProvider provider, byte[] content, string file, InferOptions options, WarmUpProfile profile)
    {
        try
        {
            if (!provider.IsInBuild) throw new ProviderRefusedException("the provider is not in this build of ONNX Runtime.");
            using var session = new SessionOptions
            {
                // Its errors come as exceptions; standard error is for this program's own messages.
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
                IntraOpNumThreads = options.Threads,
                // In this order: enabling profiling uses the prefix set at that moment, and the default is the current directory.
                ProfileOutputPathPrefix = profile.Prefix,
                EnableProfiling = true,
            };
            // At video rates, spinning threads save nothing and take the core that decoding needs.
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            provider.AppendTo(session);
            return new InferenceSession(content, session);
        }
        catch (OnnxRuntimeException e) when (provider != ExecutionProvider.Cpu)
        {
            throw new ProviderRefusedException(e.Message, e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException(
                ModelFailure.BadFile,
                $"{file}: ONNX Runtime can't load it: {e.Message} Export or install the model again.",
                e);
        }
        catch (Exception e) when (IsRuntimeMissing(e))
        {
            string why = e is TypeInitializationException ? e.InnerException!.Message : e.Message;
            throw new ModelException(
                ModelFailure.RuntimeUnavailable,
                $"ONNX Runtime's native library can't be used: {why} "
                + "Build with -p:OrtFlavor=cpu, or provide libonnxruntime 1.31 or newer.",
                e);
        }
    }

    // The managed library notices in a static constructor, or at the first call into an older native one.
    private static bool IsRuntimeMissing(Exception e) =>
        e is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException
        || (e is TypeInitializationException { InnerException: { } inner } && IsRuntimeMissing(inner));

    private static ModelDescription Describe(InferenceSession session, string file) =>
        session.ModelMetadata.CustomMetadataMap.TryGetValue(ModelDescription.MetadataKey, out string? json)
            ? ModelDescription.Parse(json, file)
            : throw new ModelException(
                ModelFailure.BadMetadata,
                $"{file}: it has no metadata entry \"{ModelDescription.MetadataKey}\", so its classes and scale are unknown. "
                + "Export it with lusedge-train.");

    private static void CheckAgainst(ModelManifest manifest, ModelDescription description, string file)
    {
        if (manifest.Scheme == description.Scheme) return;
        throw new ModelException(
            ModelFailure.BadMetadata,
            $"{file}: its scheme is {description.Scheme}, but {ModelManifest.FileName} says {manifest.Scheme}. "
            + "Install the model again.");
    }

    private static void CheckShapes(InferenceSession session, ModelDescription description, string file)
    {
        NodeMetadata? input = session.InputMetadata.GetValueOrDefault(description.Input.Name);
        if (session.InputMetadata.Count != 1
            || input is not { IsTensor: true, ElementDataType: TensorElementType.UInt8, Dimensions: [1, 1, -1, -1] })
        {
            throw WrongShape(
                file,
                $"exactly one input \"{description.Input.Name}\", uint8 [1,1,H,W] with free H and W",
                session.InputMetadata);
        }

        int classes = description.Classes.Count;
        NodeMetadata? output = session.OutputMetadata.GetValueOrDefault(OutputName);
        if (output is not { IsTensor: true, ElementDataType: TensorElementType.Float, Dimensions: [1, var columns] }
            || columns != classes)
        {
            throw WrongShape(
                file,
                $"an output \"{OutputName}\", float32 [1,{classes}], one column per class of {description.Scheme}",
                session.OutputMetadata);
        }

        if (description.Gate.MinQuality is null && !session.OutputMetadata.ContainsKey(QualityName)) return;
        NodeMetadata? quality = session.OutputMetadata.GetValueOrDefault(QualityName);
        if (quality is not { IsTensor: true, ElementDataType: TensorElementType.Float, Dimensions: [1, 1] })
        {
            throw WrongShape(file, $"an output \"{QualityName}\", float32 [1,1], for its gate", session.OutputMetadata);
        }
    }

    private static ModelException WrongShape(string file, string needed, IReadOnlyDictionary<string, NodeMetadata> found)
    {
        IEnumerable<string> shapes = found.Select(
            v => $"\"{v.Key}\" {v.Value.ElementDataType} [{string.Join(',', v.Value.Dimensions)}]");
        return new ModelException(
            ModelFailure.WrongShape,
            $"{file}: it needs {needed}; it has {string.Join(", ", shapes)}. Export the model again.");
    }

    /// <summary>Runs one gray picture and reads the provider that ran it from the profile.</summary>
    private static string WarmUp(InferenceSession session, ModelDescription description, string file)
    {
        bool measuresQuality = session.OutputMetadata.ContainsKey(QualityName);
        try
        {
            using OrtValue input = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, TensorElementType.UInt8, [1, 1, description.Input.Height, description.Input.Width]);
            input.GetTensorMutableDataAsSpan<byte>().Fill(115);
            using var run = new RunOptions();
            string[] names = measuresQuality ? [OutputName, QualityName] : [OutputName];
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [description.Input.Name], [input], names);
            if (!AreProbabilities(outputs[0].GetTensorDataAsSpan<float>()))
            {
                throw new ModelException(
                    ModelFailure.BadFile,
                    $"{file}: its output for a plain gray picture is not probabilities that sum to 1. Export the model again.");
            }

            if (measuresQuality && !IsQuality(outputs[1].GetTensorDataAsSpan<float>()[0]))
            {
                throw new ModelException(
                    ModelFailure.BadFile,
                    $"{file}: its quality for a plain gray picture is outside 0-1. Export the model again.");
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException(
                ModelFailure.BadFile, $"{file}: it loads but does not run: {e.Message} Export the model again.", e);
        }

        return WarmUpProfile.Provider(session.EndProfiling());
    }
}

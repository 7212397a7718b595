using System.Text.Json;
using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Training.Export;

/// <summary>
/// A model's directory as the appliance loads it: model.onnx, manifest.json and README.md. It is made beside its place, loaded and
/// checked there, and takes its place only then.
/// </summary>
internal static class ModelDirectory
{
    /// <summary>Makes a directory, or makes it anew.</summary>
    /// <param name="directory">Its place; a model that is there is replaced as a whole.</param>
    /// <param name="manifest">Without a card.</param>
    /// <param name="file">The content of model.onnx.</param>
    /// <param name="check">
    /// Is given the model, loaded as the appliance loads it, and the unfinished directory, where it may put further files. Returns a
    /// result, the manifest's card and the README. If it throws, the directory stays as it was.
    /// </param>
    /// <returns>The check's result.</returns>
    /// <exception cref="TrainingException">Something else than a model is there.</exception>
    /// <exception cref="ModelException">The file is no model that the appliance loads.</exception>
    public static T Replace<T>(
        string directory, ModelManifest manifest, byte[] file, Func<SeverityModel, string, (T Result, JsonElement Card, string Readme)> check)
    {
        directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any() && !File.Exists(Path.Combine(directory, ModelManifest.FileName)))
        {
            throw new TrainingException(
                TrainingFailure.InTheWay, $"{directory}: there is something else than a model, and it would be replaced as a whole; name a new directory, an empty one or a model's.");
        }

        string unfinished = $"{directory}.part";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        try
        {
            File.WriteAllBytes(Path.Combine(unfinished, SeverityModel.FileName), file);
            File.WriteAllText(Path.Combine(unfinished, ModelManifest.FileName), manifest.ToJson());
            using SeverityModel model = SeverityModel.Load(
                unfinished, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
            (T result, JsonElement card, string readme) = check(model, unfinished);
            File.WriteAllText(Path.Combine(unfinished, ModelManifest.FileName), (manifest with { Card = card }).ToJson());
            File.WriteAllText(Path.Combine(unfinished, "README.md"), readme);
            TakePlace(unfinished, directory);
            return result;
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>A directory can't be replaced in one step: the old one steps aside first, and is deleted when the new one stands.</summary>
    private static void TakePlace(string unfinished, string directory)
    {
        string old = $"{directory}.old";
        if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
        if (Directory.Exists(directory)) Directory.Move(directory, old);
        Directory.Move(unfinished, directory);
        if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
    }
}

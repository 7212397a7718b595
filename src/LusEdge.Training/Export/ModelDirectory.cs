using System.Text.Json;
using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Training.Export;

/// <summary>
/// A model's directory as the appliance loads it: model.onnx, manifest.json and README.md. It is built next to its final place,
/// loaded and checked there, and only then moved into place.
/// </summary>
internal static class ModelDirectory
{
    /// <summary>Creates or replaces a directory.</summary>
    /// <param name="directory">The directory; an existing model is replaced as a whole.</param>
    /// <param name="manifest">The manifest without a card.</param>
    /// <param name="file">The content of model.onnx.</param>
    /// <param name="check">
    /// Receives the model, loaded as the appliance loads it, and the unfinished directory, to which it may add files. Returns a
    /// result, the manifest's card and the README. If it throws, the existing directory stays as it was.
    /// </param>
    /// <returns>The result of the check.</returns>
    /// <exception cref="TrainingException">The directory contains something other than a model.</exception>
    /// <exception cref="ModelException">The appliance can't load the file.</exception>
    public static T Replace<T>(
        string directory, ModelManifest manifest, byte[] file, Func<SeverityModel, string,
        (T Result, JsonElement Card, string Readme)> check)
    {
        directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory)
            .Any() && !File.Exists(Path.Combine(directory, ModelManifest.FileName)))
        {
            throw new TrainingException(
                TrainingFailure.WouldOverwrite,
                $"{directory}: it contains something other than a model, and would be replaced as a whole; "
                    + "name a new or empty directory, or that of a model.");
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

    /// <summary>
    /// Moves the new directory into place. A directory can't be replaced in one step, so the old one is moved away first and
    /// deleted at the end.
    /// </summary>
    private static void TakePlace(string unfinished, string directory)
    {
        string old = $"{directory}.old";
        if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
        if (Directory.Exists(directory)) Directory.Move(directory, old);
        Directory.Move(unfinished, directory);
        if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
    }
}

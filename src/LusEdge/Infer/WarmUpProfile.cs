using System.Text.Json;
using LusEdge.Machine;

namespace LusEdge.Infer;

/// <summary>
/// ONNX Runtime's profile of the warm-up frame, which shows the provider that ran each node. The list of "available" providers
/// proves nothing: a GPU-enabled library lists CUDA even on a machine without a GPU.
/// </summary>
internal sealed class WarmUpProfile : IDisposable
{
    /// <summary>A frame of a network of 150 layers takes 0.3 MB.</summary>
    private const long MaxBytes = 64L << 20;

    private readonly DirectoryInfo _directory;
    private readonly EventHandler _exiting;

    /// <summary>Creates a temporary folder for the profile.</summary>
    /// <exception cref="ModelException">The folder can't be created.</exception>
    public WarmUpProfile()
    {
        try
        {
            _directory = Directory.CreateTempSubdirectory("lusedge-profile-");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                ModelFailure.NoWorkingSpace,
                $"{Path.GetTempPath()}: can't write the warm-up profile here. "
                + "Make the folder writable, or set TMPDIR to one that is.",
                e);
        }

        // A process stopped while the model is loading does not wait for it, but still leaves nothing behind.
        _exiting = (_, _) => Delete();
        AppDomain.CurrentDomain.ProcessExit += _exiting;
    }

    /// <summary>The prefix for the runtime's file name.</summary>
    public string Prefix => Path.Combine(_directory.FullName, "warm-up");

    /// <summary>The provider with the most kernel time.</summary>
    /// <param name="file">The profile written by the runtime.</param>
    /// <exception cref="ModelException">
    /// The profile is missing or incomplete: the runtime reports no error when the disk is full.
    /// </exception>
    public static string Provider(string file)
    {
        try
        {
            return ProviderIn(BoundedFile.ReadAllBytes(file, MaxBytes));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelException(
                ModelFailure.NoWorkingSpace,
                $"{Path.GetTempPath()}: the warm-up profile is missing or incomplete: {e.Message} "
                + "Free some space on that disk (df -h), or set TMPDIR to another.",
                e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= _exiting;
        Delete();
    }

    private void Delete()
    {
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A few kilobytes of temporary files, which the system cleans up.
        }
    }

    private static string ProviderIn(byte[] content)
    {
        using JsonDocument profile = JsonDocument.Parse(content);
        string ran = profile.RootElement.EnumerateArray()
            .Where(e => e.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
            .GroupBy(e => e.GetProperty("args").GetProperty("provider").GetString()!, e => e.GetProperty("dur").GetInt64())
            .MaxBy(kernels => kernels.Sum())?.Key ?? "";
        return ExecutionProvider.All.FirstOrDefault(p => p.OrtName == ran)?.Name ?? ran;
    }
}

using System.Text.Json;

namespace LusEdge.Infer;

/// <summary>
/// The runtime's own record of which provider ran each node of the warm-up frame. The list of "available" providers proves
/// nothing: a GPU-enabled library lists CUDA on a machine that has none.
/// </summary>
internal sealed class WarmUpProfile : IDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly EventHandler _exiting;

    /// <summary>A place for it among the temporary files.</summary>
    /// <exception cref="ModelException">There can be none.</exception>
    public WarmUpProfile()
    {
        try
        {
            _directory = Directory.CreateTempSubdirectory("lusedge-profile-");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                ModelFailure.NoWorkingSpace, $"{Path.GetTempPath()}: the warm-up can't be recorded there. Make the folder writable, or set TMPDIR to one that is.", e);
        }

        // A process that is told to go while the model is being loaded does not wait for it, and still leaves nothing behind.
        _exiting = (_, _) => Delete();
        AppDomain.CurrentDomain.ProcessExit += _exiting;
    }

    /// <summary>What the runtime puts before its file's name.</summary>
    public string Prefix => Path.Combine(_directory.FullName, "warm-up");

    /// <summary>The name of the provider that the most kernel time was spent on.</summary>
    /// <param name="file">The profile that the runtime wrote.</param>
    /// <exception cref="ModelException">It did not write it, or not to its end: it says nothing when the disk is full.</exception>
    public static string Provider(string file)
    {
        try
        {
            return ProviderIn(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelException(
                ModelFailure.NoWorkingSpace, $"{Path.GetTempPath()}: the warm-up was not recorded there: {e.Message} Make room on that disk (df -h), or set TMPDIR to another.", e);
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
            // A few kilobytes among the temporary files, which the system clears away.
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

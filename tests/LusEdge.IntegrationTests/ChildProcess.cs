using System.Diagnostics;

namespace LusEdge.IntegrationTests;

/// <summary>A process that does not outlive its test.</summary>
internal sealed class ChildProcess : Process
{
    /// <summary>Starts one.</summary>
    public static new ChildProcess Start(ProcessStartInfo start)
    {
        var process = new ChildProcess { StartInfo = start };
        process.Start();
        return process;
    }

    /// <summary>Waits for its end, which must be a good one.</summary>
    /// <returns>Its standard output.</returns>
    public string OutputOfAll()
    {
        Task<string> errors = StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = StandardOutput.ReadToEnd();
        WaitForExit();
        string command = $"{StartInfo.FileName} {string.Join(' ', StartInfo.ArgumentList)}";
        Assert.True(ExitCode == 0, $"{command}: {errors.GetAwaiter().GetResult()}");
        return output;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !HasExited) Kill();
        base.Dispose(disposing);
    }
}

using System.Diagnostics;
using System.Text;

namespace LusEdge.EndToEndTests;

/// <summary>The published command, as a user runs it.</summary>
internal static class Lusedge
{
    /// <summary>The repository's root.</summary>
    public static readonly string Root = FindRoot();

    /// <summary>The program itself.</summary>
    public static readonly string Binary = Path.Combine(Root, "artifacts/lusedge/lusedge");

    /// <summary>The folder of the models that ship with the program.</summary>
    public static string Models => Path.Combine(Path.GetDirectoryName(Binary)!, "models");

    /// <summary>The phantom clip that ships with the program.</summary>
    public static string PhantomClip => Path.Combine(Models, "phantom/phantom-walk.mp4");

    /// <summary>The clips of real patients; skips the test if they are not here.</summary>
    public static string[] RealClips()
    {
        string folder = Environment.GetEnvironmentVariable("LUSEDGE_CLIPS") ?? Path.Combine(Root, "../shared/data/lus");
        Assert.SkipUnless(
            Directory.Exists(folder),
            "the clips are not here: set LUSEDGE_CLIPS to their folder, or put it at ../shared/data/lus");
        string[] sets = ["covid-blues", "pocus"];
        IEnumerable<string> files = sets.SelectMany(set => Directory.GetFiles(Path.Combine(folder, set)));
        return [.. files.Where(file => Path.HasExtension(file)).Order()];
    }

    /// <summary>Starts it with its output redirected.</summary>
    public static Process Start(params string[] arguments) => StartWith([], arguments);

    /// <summary>Starts it with additional environment variables.</summary>
    public static Process StartWith((string Name, string Value)[] environment, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Binary), "artifacts/lusedge is not published: run tests/run.sh");
        var start = new ProcessStartInfo(Binary, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it until it exits.</summary>
    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        return await FinishAsync(process);
    }

    /// <summary>Waits until a started process exits.</summary>
    public static async Task<Outcome> FinishAsync(Process process)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
        Task<string> error = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return new Outcome(process.ExitCode, await output, await error);
    }

    /// <summary>Asks it to stop, as systemd does.</summary>
    public static void Terminate(Process process)
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
    }

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "LusEdge.sln")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new DirectoryNotFoundException("The tests run from a build inside the repository.");
    }
}

/// <summary>The result of a run.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>The only message of the command on standard error; FFmpeg and the log can add lines.</summary>
    public string Sentence =>
        Assert.Single(Error.Split('\n'), line => line.StartsWith("lusedge: ", StringComparison.Ordinal));

    /// <summary>The sentence (or sentences) of a refusal: the exit code, no stack trace, nothing on standard output.</summary>
    public string Refusal(int code)
    {
        Assert.True(Code == code, $"exit code {Code} instead of {code}; standard error: {Error}");
        Assert.DoesNotContain("   at ", Error);
        Assert.DoesNotContain("Exception", Error);
        Assert.Empty(Output);
        Assert.NotEmpty(Error);
        return Error;
    }
}

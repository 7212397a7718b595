using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LusEdge.Tests;

/// <summary>An independent schema validator, Ajv in strict mode: tests/ajv/validate.mjs under Node.</summary>
internal static class Ajv
{
    private static readonly SemaphoreSlim Installing = new(1, 1);

    /// <summary>Validates each message against its schema and returns its errors: none for a valid message.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<string>>> ValidateAsync(
        IReadOnlyList<(string Schema, JsonNode Payload)> messages)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        string folder = Path.Combine(RepositoryRoot(), "tests", "ajv");
        await InstallAsync(folder, stop);
        using Process node = Process.Start(new ProcessStartInfo("node", ["validate.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = node.StandardOutput.ReadToEndAsync(stop);
        Task<string> errors = node.StandardError.ReadToEndAsync(stop);
        foreach ((string schema, JsonNode payload) in messages)
        {
            await node.StandardInput.WriteLineAsync(
                new JsonObject { ["schema"] = schema, ["payload"] = payload.DeepClone() }.ToJsonString());
        }

        node.StandardInput.Close();
        await node.WaitForExitAsync(stop);
        Assert.True(node.ExitCode == 0, await errors);
        IReadOnlyList<string>[] results = [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Errors)];
        Assert.Equal(messages.Count, results.Length);
        return results;
    }

    private static IReadOnlyList<string> Errors(string line)
    {
        JsonNode result = JsonNode.Parse(line)!;
        string[] errors = [.. result["errors"]!.AsArray().Select(error => error!.GetValue<string>())];
        Assert.Equal(result["valid"]!.GetValue<bool>(), errors.Length == 0);
        return errors;
    }

    private static async Task InstallAsync(string folder, CancellationToken stop)
    {
        await Installing.WaitAsync(stop);
        try
        {
            if (Directory.Exists(Path.Combine(folder, "node_modules", "ajv"))) return;
            (int Code, string Output) npm = await RunAsync("npm", ["ci", "--no-audit", "--no-fund"], folder, stop);
            Assert.SkipUnless(npm.Code == 0, $"`npm ci` in tests/ajv failed: {npm.Output}");
        }
        catch (Win32Exception)
        {
            Assert.Skip("node and npm are not installed: apt-get install nodejs npm");
        }
        finally
        {
            Installing.Release();
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(
        string program, string[] arguments, string folder, CancellationToken stop)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
        string errors = await process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, await output + errors);
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "LusEdge.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Run the tests from a build inside the repository.");
    }
}

using System.Diagnostics;
using System.Text.Json;

namespace LusEdge.EndToEndTests;

/// <summary>Holds messages against the schemas that they name, with ajv.</summary>
internal static class Schemas
{
    private static readonly string Ajv = Path.Combine(Lusedge.Root, "tests/ajv");

    /// <summary>What ajv complains of, a line a message; nothing when all are valid.</summary>
    public static async Task<string> ComplaintsAsync(IReadOnlyList<Received> messages)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Ajv, "node_modules")), "ajv is not installed in tests/ajv: run tests/run.sh");
        CancellationToken stop = TestContext.Current.CancellationToken;
        using Process node = Process.Start(new ProcessStartInfo("node", ["validate.mjs"])
        {
            WorkingDirectory = Ajv,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = node.StandardOutput.ReadToEndAsync(stop);
        Task<string> error = node.StandardError.ReadToEndAsync(stop);
        foreach (Received message in messages)
        {
            await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { schema = message.Schema, payload = message.Payload }));
        }

        node.StandardInput.Close();
        await node.WaitForExitAsync(stop);
        return await output + await error;
    }
}

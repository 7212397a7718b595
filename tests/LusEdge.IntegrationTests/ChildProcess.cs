using System.Diagnostics;

namespace LusEdge.IntegrationTests;

/// <summary>A process that does not outlive its test.</summary>
internal sealed class ChildProcess : Process
{
    /// <summary>Starts it.</summary>
    public ChildProcess Started()
    {
        Start();
        return this;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !HasExited) Kill();
        base.Dispose(disposing);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LusEdge.Inbox;

/// <summary>
/// The one way into the running pipeline: commands from any thread, done in order between two frames. Looking into an empty inbox costs a
/// read and allocates nothing.
/// </summary>
public sealed class PipelineInbox : IDisposable
{
    private readonly ConcurrentQueue<PipelineCommand> _commands = new();
    private volatile bool _closed;

    /// <summary>Leaves a command. After the pipeline's end it is discarded.</summary>
    /// <param name="command">What is to be done.</param>
    public void Post(PipelineCommand command)
    {
        _commands.Enqueue(command);
        if (_closed) Discard();
    }

    /// <summary>The next command, the taker's.</summary>
    public bool TryTake([NotNullWhen(true)] out PipelineCommand? command)
    {
        command = null;
        return !_commands.IsEmpty && _commands.TryDequeue(out command);
    }

    /// <summary>Closes the inbox; a model that waits in it is disposed.</summary>
    public void Dispose()
    {
        _closed = true;
        Discard();
    }

    private void Discard()
    {
        while (_commands.TryDequeue(out PipelineCommand? command))
        {
            if (command is PipelineCommand.SwapModel swap) swap.Model.Dispose();
        }
    }
}

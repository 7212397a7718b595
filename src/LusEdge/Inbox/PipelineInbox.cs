using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LusEdge.Inbox;

/// <summary>
/// The only way into the running pipeline: commands from any thread, executed in order between two frames. Checking an empty
/// inbox costs one read and allocates nothing.
/// </summary>
public sealed class PipelineInbox : IDisposable
{
    private readonly ConcurrentQueue<PipelineCommand> _commands = new();
    private volatile bool _closed;

    /// <summary>Queues a command. After the pipeline has ended, commands are discarded.</summary>
    /// <param name="command">The command.</param>
    public void Post(PipelineCommand command)
    {
        _commands.Enqueue(command);
        if (_closed) Discard();
    }

    /// <summary>Takes the next command; the caller owns it.</summary>
    public bool TryTake([NotNullWhen(true)] out PipelineCommand? command)
    {
        command = null;
        return !_commands.IsEmpty && _commands.TryDequeue(out command);
    }

    /// <summary>Closes the inbox, and disposes any model waiting in it.</summary>
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

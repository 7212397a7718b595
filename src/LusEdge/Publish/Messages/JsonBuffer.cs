using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LusEdge.Publish.Messages;

/// <summary>Writes one message after another into the same buffer. For one loop only.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly Utf8JsonWriter _writer;

    public JsonBuffer() => _writer = new Utf8JsonWriter(_bytes);

    /// <summary>The message as UTF-8 JSON, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Write<T>(T message, JsonTypeInfo<T> type)
    {
        _bytes.ResetWrittenCount();
        _writer.Reset();
        JsonSerializer.Serialize(_writer, message, type);
        return _bytes.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LusEdge.Publish.Events;

/// <summary>An event in the store.</summary>
/// <param name="Id">Rises with each event and is never reused.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">The message as first written: one JSON object in UTF-8.</param>
internal sealed record StoredEvent(long Id, string Topic, byte[] Payload)
{
    /// <summary>MQTT's limit, in bytes.</summary>
    private const int LongestTopic = 65_535;

    /// <summary>
    /// Whether it can be sent: a topic that MQTT allows, and one JSON object. A broker hangs up on a topic with a NUL.
    /// </summary>
    public bool IsSound => Topic.Length > 0
        && Encoding.UTF8.GetByteCount(Topic) <= LongestTopic
        && Topic.AsSpan().IndexOfAny("\0+#\uFFFD") < 0
        && IsObject(Payload);

    /// <summary>The checksum of what is sent.</summary>
    public static long SumOf(string topic, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(topic));
        // No topic contains it, so nothing can move from one part to the other.
        hash.AppendData([0]);
        hash.AppendData(payload);
        return BinaryPrimitives.ReadInt64LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>
    /// The message marked as late. Every event type is an object with this field, so the type does not matter here.
    /// </summary>
    public byte[] LatePayload() => [.. Payload.AsSpan(0, Payload.Length - 1), .. ",\"late\":true}"u8];

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        if (json.Length < 2 || json[0] != (byte)'{' || json[^1] != (byte)'}') return false;
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

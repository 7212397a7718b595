using System.Reflection;
using LusEdge.Publish.Connection;
using MQTTnet;

namespace LusEdge.Tests.Publish.Connection;

public sealed class BrokerConnectionTests
{
    [Fact]
    public async Task A_client_that_throws_while_it_is_disposed_of_hides_nothing()
    {
        var connection = new BrokerConnection(DispatchProxy.Create<IMqttClient, ThrowingClient>());
        await connection.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>MQTTnet's client throws if its own cleanup runs at the same time.</summary>
    public class ThrowingClient : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IDisposable.Dispose) ? throw new ObjectDisposedException("a semaphore") : null;
    }
}

namespace LusEdge.Infer;

/// <summary>
/// A provider can't be used here, in the runtime's words. Becomes a reason in the result or a <see cref="ModelException"/>.
/// </summary>
internal sealed class ProviderRefusedException(string message, Exception? inner = null) : Exception(message, inner);

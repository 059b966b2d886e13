namespace Clik2pay.Sidecar.Provider;

/// <summary>The peer closed the connection before it had read the whole request, and left no response that could be read.</summary>
internal sealed class RequestNotReadException(IOException writeFailure) : IOException("The peer closed the connection while it was written to.", writeFailure);

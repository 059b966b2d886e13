namespace Clik2pay.Sidecar.Networking;

/// <summary>The peer closed the connection before it read the whole request, and no response can be read.</summary>
internal sealed class RequestNotReadException(IOException writeFailure)
    : IOException("The peer closed the connection before it read the whole request.", writeFailure);

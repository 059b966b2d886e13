using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Simulator.Cli;

/// <summary>Explains why a host could not start listening.</summary>
public static class ListenFailure
{
    /// <returns>A sentence that states the reason; null if the error has another cause.</returns>
    public static string? Describe(Exception error) => error switch
    {
        IOException { InnerException: AddressInUseException } => $"{error.Message.TrimEnd('.')}.",
        SocketException socket => $"Cannot listen on an address: {socket.Message} ({socket.SocketErrorCode}).",
        _ => null,
    };
}

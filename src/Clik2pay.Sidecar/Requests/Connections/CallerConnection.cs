using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>A caller's connection, whose input is validated before the server reads it.</summary>
internal sealed class CallerConnection : IDuplexPipe
{
    private CallerConnection(IDuplexPipe transport) => (CallerInput, Output) = (new(transport.Input), transport.Output);

    public CallerInput CallerInput { get; }

    public PipeReader Input => CallerInput;

    public PipeWriter Output { get; private set; }

    /// <summary>
    /// Discards everything that the server writes from now on. After the response to an HTTP/2 preface, the server writes an HTTP/2 frame
    /// (https://github.com/dotnet/aspnetcore/blob/v10.0.0/src/Servers/Kestrel/Core/src/Internal/Http/Http1Connection.cs).
    /// </summary>
    public void EndOutput() => Output = PipeWriter.Create(Stream.Null);

    /// <summary>Wraps the transport of a connection, and adds the wrapper to the features of the connection's requests.</summary>
    public static void Wrap(ConnectionContext connection)
    {
        var caller = new CallerConnection(connection.Transport);
        connection.Transport = caller;
        connection.Features.Set(caller);
        connection.Features.Set(caller.CallerInput);
    }
}

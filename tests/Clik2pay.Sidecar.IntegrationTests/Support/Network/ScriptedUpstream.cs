using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>
/// An upstream that runs a script for each connection, over TLS if certificates are set. When the script ends, the connection is closed.
/// </summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly TcpServer server;
    private readonly Func<Connection, Task> script;
    private readonly SslStreamCertificateContext? certificate;
    private int connections;

    public ScriptedUpstream(
        Func<Connection, Task> script, TestCertificates? certificates = null, string address = "127.0.0.1", int port = 0)
    {
        this.script = script;
        certificate = certificates is null ? null : SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPemFile(certificates.CertificateFile, certificates.KeyFile),
            additionalCertificates: null,
            offline: true);
        server = new(ServeAsync, address, port);
    }

    public string Address => $"{(certificate is null ? "http" : "https")}://{server.EndPoint}";

    public int Port => server.EndPoint.Port;

    /// <summary>The number of connections that were accepted.</summary>
    public int Connections => server.Connections;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken stopped)
    {
        var number = Interlocked.Increment(ref connections);
        await using Stream plain = new NetworkStream(socket);
        if (certificate is null)
        {
            await script(new(number, socket, plain, stopped));
            return;
        }

        await using var secure = new SslStream(plain);
        try
        {
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }, stopped);
        }
        catch (AuthenticationException)
        {
            // The client does not trust the certificate.
            return;
        }

        await script(new(number, socket, secure, stopped));
    }

    /// <param name="Number">The number of the connection. The first one is 1.</param>
    /// <param name="Socket">The TCP connection, below TLS.</param>
    /// <param name="Stream">The stream to read and write, above TLS if used.</param>
    /// <param name="Stopped">Canceled when the test is over.</param>
    internal sealed record Connection(int Number, Socket Socket, Stream Stream, CancellationToken Stopped)
    {
        private readonly WireReader reader = new(Stream);

        /// <returns>Null at the end of the connection.</returns>
        public Task<WireMessage?> ReadRequestAsync() => reader.ReadRequestAsync();

        /// <summary>Reads the first 100 bytes of a request and leaves the rest.</summary>
        public async Task ReadSomeAsync() => await Stream.ReadExactlyAsync(new byte[100], Stopped);

        public async Task WriteAsync(string text)
        {
            await Stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(text), Stopped);
            await Stream.FlushAsync(Stopped);
        }

        /// <summary>Ends the connection with a reset.</summary>
        public void Reset() => Socket.Close(0);
    }
}

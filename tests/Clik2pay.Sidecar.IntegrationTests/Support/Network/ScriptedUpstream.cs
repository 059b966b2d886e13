using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>
/// An upstream that runs a script for each connection, over TLS if certificates are set. When the script ends, the connection is closed.
/// </summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stopped = new();
    private readonly Func<Connection, Task> script;
    private readonly SslStreamCertificateContext? certificate;
    private readonly Task serving;
    private int connections;

    public ScriptedUpstream(
        Func<Connection, Task> script, TestCertificates? certificates = null, string address = "127.0.0.1", int port = 0)
    {
        listener = new(IPAddress.Parse(address), port);
        this.script = script;
        certificate = certificates is null ? null : SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPemFile(certificates.CertificateFile, certificates.KeyFile),
            additionalCertificates: null,
            offline: true);
        listener.Start(1024);
        serving = ServeAsync();
    }

    public string Address => $"{(certificate is null ? "http" : "https")}://{listener.LocalEndpoint}";

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The number of connections that were accepted.</summary>
    public int Connections => Volatile.Read(ref connections);

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await stopped.CancelAsync();
        await serving;
        stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();

                // Written bytes are sent at once, before the connection can be reset.
                socket.NoDelay = true;
                open.Add(ServeAsync(socket, Interlocked.Increment(ref connections)));
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }

        await Task.WhenAll(open);
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        using var connected = socket;
        await using var stop = stopped.Token.Register(connected.Dispose);
        try
        {
            await using Stream plain = new NetworkStream(connected);
            if (certificate is null)
            {
                await script(new(number, connected, plain, stopped.Token));
                return;
            }

            await using var secure = new SslStream(plain);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate });
            await script(new(number, connected, secure, stopped.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            // The sidecar has closed the connection, or the test is over.
        }
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

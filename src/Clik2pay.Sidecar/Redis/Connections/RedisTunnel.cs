using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Clik2pay.Sidecar.Configuration.Certificates;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Clik2pay.Sidecar.Redis.Connections;

/// <summary>
/// Opens the TCP and TLS connections of one operation for the library. The tunnel keeps the cause of a failure, because the library reports
/// every failure as "could not connect". The tunnel also enforces the operation's deadline, for which the library has no parameter.
/// </summary>
/// <param name="options">Certificates and names for TLS.</param>
/// <param name="hasPassword">Whether the library sends AUTH first.</param>
/// <param name="connector">Connects to all addresses of a name.</param>
/// <param name="deadline">Ends attempts to connect.</param>
internal sealed class RedisTunnel(RedisOptions options, bool hasPassword, TcpConnector connector, CancellationToken deadline)
    : Tunnel, IAsyncDisposable
{
    /// <summary>The library connects to every node that a cluster names, and a cluster could name thousands.</summary>
    private const int MaxConnections = 100;

    private const string ClientCertificateSetting = "ClientCertificateFile";

    private readonly Lock guard = new();
    private readonly Dictionary<EndPoint, Task<RedisStream>> streams = [];

    /// <summary>Ends attempts to connect, at the deadline or when the operation is over.</summary>
    private readonly CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(deadline);

    private bool isDisposed;

    /// <summary>The cause of the last failure to open a connection. Null if no attempt has failed.</summary>
    public RedisFailureException? Failure { get; private set; }

    /// <summary>The first connection that was opened. Null if no connection was opened.</summary>
    public RedisStream? Stream { get; private set; }

    /// <summary>Whether any node of the cluster refused the login.</summary>
    public bool IsLoginRefused
    {
        get
        {
            lock (guard)
                return streams.Values.Any(opening => opening.IsCompletedSuccessfully && opening.Result.IsLoginRefused);
        }
    }

    /// <summary>Returns null, so that the library does not open its own socket.</summary>
    public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
        new((EndPoint?)null);

    public override async ValueTask<Stream?> BeforeAuthenticateAsync(
        EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        Task<RedisStream> opening;
        lock (guard)
        {
            // The library connects again when a connection ends. An operation has one connection to each server.
            if (isDisposed || streams.ContainsKey(endpoint) || streams.Count == MaxConnections)
                throw new InvalidOperationException("The operation has ended, or has no connection left for this server.");

            streams[endpoint] = opening = OpenAsync(endpoint);
        }

        return await opening;
    }

    /// <summary>Closes the connections. Afterwards, <see cref="Failure"/> does not change.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (guard)
            isDisposed = true;
        await end.CancelAsync();
        foreach (var opening in streams.Values)
        {
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opening.IsCompletedSuccessfully)
                await opening.Result.DisposeAsync();
        }

        end.Dispose();
    }

    private async Task<RedisStream> OpenAsync(EndPoint endpoint)
    {
        try
        {
            var stream = RedisEndpoint.TryCreate(endpoint) is { } target
                ? await OpenAsync(target)
                : throw new RedisFailureException(RedisFailure.InvalidReply, "has an address that is not valid");
            Stream ??= stream;
            return stream;
        }
        catch (RedisFailureException e)
        {
            Failure = e;
            throw;
        }
    }

    private async Task<RedisStream> OpenAsync(RedisEndpoint endpoint)
    {
        Socket? socket = null;
        EndPoint? remote = null;
        try
        {
            socket = await connector.ConnectAsync(endpoint.Host, endpoint.Port, end.Token);
            remote = socket.RemoteEndPoint;
            var plain = new NetworkStream(socket, ownsSocket: true);
            return new(options.Tls ? await SecureAsync(plain, endpoint) : plain, hasPassword, Report);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new RedisFailureException(
                RedisFailure.Unreachable,
                e.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData
                    ? "could not be reached: its name does not resolve"
                    : $"could not be reached: {CallFailure.Describe(e.SocketErrorCode)}");
        }
        catch
        {
            socket?.Dispose();
            Report(works: false);
            throw;
        }

        // An address that accepts connections but does not reply is tried after the others.
        void Report(bool works) => connector.Report(endpoint.Host, remote, works);
    }

    /// <summary>No byte of Redis's protocol is sent before TLS is established.</summary>
    private async Task<Stream> SecureAsync(Stream plain, RedisEndpoint endpoint)
    {
        var secure = new SslStream(plain);
        X509Certificate2Collection? authorities = null;
        SslStreamCertificateContext? client = null;
        try
        {
            // The files are read for each connection, a few times an hour, so that a renewed certificate needs no restart.
            authorities = Load("CaFile", options.CaFile, CertificateAuthorities.Load);
            client = Load(
                ClientCertificateSetting, options.ClientCertificateFile, file => ClientCertificate.Load(file, options.ClientKeyFile!));
            var tls = new SslClientAuthenticationOptions
            {
                TargetHost = options.TlsHost ?? endpoint.Host,
                ClientCertificateContext = client,
                CertificateChainPolicy = ServerCertificates.CreatePolicy(authorities),
                RemoteCertificateValidationCallback = ServerCertificates.Validate,
            };
            await secure.AuthenticateAsClientAsync(tls, end.Token);
            return secure;
        }
        catch (UntrustedCertificateException e)
        {
            await secure.DisposeAsync();
            throw new RedisFailureException(
                RedisFailure.TlsFailed,
                $"is not trusted: {e.Reason}. {RedisOptions.Section}:CaFile sets the authority, "
                + "and sslHost in the connection string sets the name");
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            // A server without TLS does not reply, because it reads the handshake as an incomplete command.
            await secure.DisposeAsync();
            throw new RedisFailureException(
                RedisFailure.TlsFailed,
                "did not complete the TLS handshake. Check that it uses TLS on this port, and whether it requires a client certificate");
        }
        finally
        {
            foreach (var authority in authorities ?? [])
                authority.Dispose();
            if (client is not null)
                ClientCertificate.Dispose(client);
        }
    }

    private static T? Load<T>(string setting, string? file, Func<string, T> load)
        where T : class
    {
        try
        {
            return file is null ? null : load(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RedisFailureException(
                RedisFailure.TlsFailed,
                $"was not used, because {RedisOptions.Section}:{setting} ({file}) is not valid. Check that the file is readable PEM"
                + (setting == ClientCertificateSetting ? ", and that the key belongs to the certificate" : ""));
        }
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Redis;

/// <summary>One connection to one server, for one visit.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly Stream stream;
    private readonly RespReader replies;
    private readonly Action<bool> report;

    private RedisConnection(Stream stream, Action<bool> report)
    {
        this.stream = stream;
        this.report = report;
        replies = new(stream);
    }

    /// <summary>Connects, and with TLS agrees on that first: no byte of Redis's protocol goes out in clear text then.</summary>
    /// <exception cref="RedisException">No connection or no TLS.</exception>
    public static async Task<RedisConnection> OpenAsync(
        RedisEndpoint endpoint, RedisOptions options, TcpConnector connector, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        EndPoint? remote = null;
        try
        {
            socket = await connector.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            remote = socket.RemoteEndPoint;
            var plain = new NetworkStream(socket, ownsSocket: true);
            return new(options.Tls ? await SecureAsync(plain, endpoint, options, cancellationToken) : plain, Report);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new RedisException(RedisFailure.Unreachable, e.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData
                ? "could not be reached: its name does not resolve"
                : $"could not be reached: {CallFailure.Describe(e.SocketErrorCode)}");
        }
        catch
        {
            socket?.Dispose();
            Report(works: false);
            throw;
        }

        void Report(bool works) => connector.Report(endpoint.Host, remote, works);
    }

    /// <summary>Says who we are, and which database is meant.</summary>
    /// <exception cref="RedisException">Redis refuses it.</exception>
    public async Task IntroduceAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        await AuthenticateAsync(options, cancellationToken);
        if (options.Database == 0)
            return;

        var reply = await SendAsync(["SELECT", options.Database], cancellationToken);
        if (reply.Kind == RespKind.Error)
            throw RedisErrors.Explain(reply, $"has no database {options.Database}; a cluster has only 0");
    }

    public async Task AuthenticateAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        if (options.Login.Password is not { } password)
            return;

        var reply = await SendAsync(options.Login.User is { } user ? ["AUTH", user, password] : ["AUTH", password], cancellationToken);
        if (reply.Kind == RespKind.Error)
            throw RedisErrors.Explain(reply, "refuses AUTH; has it a password at all, and does it know users?", RedisFailure.AccessDenied);
    }

    /// <summary>Sends a command and reads its reply.</summary>
    /// <exception cref="RedisException">The connection broke, what came is no reply, or it is an error.</exception>
    public async Task<RespReply> ExecuteAsync(IReadOnlyList<RespArgument> command, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(command, cancellationToken);
        return reply.Kind == RespKind.Error ? throw RedisErrors.Explain(reply) : reply;
    }

    /// <summary>Sends a command and reads its reply, which may be an error.</summary>
    public async Task<RespReply> SendAsync(IReadOnlyList<RespArgument> command, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(Encode(command), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            return await replies.ReadAsync(cancellationToken);
        }
        catch (IOException)
        {
            // With TLS 1.3 a server says only now that it wants a certificate of the client.
            throw stream is SslStream && !replies.HasRead
                ? new RedisException(RedisFailure.TlsFailed, "ended the connection before its first answer; does it want a certificate of its clients (tls-auth-clients)?")
                : new RedisException(RedisFailure.Unreachable, $"ended the connection before its answer was complete{(stream is SslStream ? "" : "; does it want TLS?")}");
        }
    }

    public ValueTask DisposeAsync()
    {
        // An address that accepts connections and does not reply is tried after the others.
        report(replies.HasRead);
        return stream.DisposeAsync();
    }

    private static async Task<Stream> SecureAsync(Stream plain, RedisEndpoint endpoint, RedisOptions options, CancellationToken cancellationToken)
    {
        var secure = new SslStream(plain);
        X509Certificate2Collection? authorities = null;
        try
        {
            // The file is read for each connection, a few times an hour, so that a renewed one needs no restart.
            if (options.CaFile is { } file)
                authorities = CertificateAuthorities.Load(file);
            var tls = new SslClientAuthenticationOptions
            {
                TargetHost = options.TlsHost ?? endpoint.Host,
                CertificateChainPolicy = ServerCertificates.CreatePolicy(authorities),
                RemoteCertificateValidationCallback = ServerCertificates.Validate,
            };
            await secure.AuthenticateAsClientAsync(tls, cancellationToken);
            return secure;
        }
        catch (UntrustedCertificateException e)
        {
            await secure.DisposeAsync();
            throw new RedisException(
                RedisFailure.TlsFailed,
                $"could not be trusted: {e.Reason} ({RedisOptions.Section}:CaFile names the authority, sslHost the name)");
        }
        catch (Exception e) when (e is AuthenticationException or IOException or CryptographicException or UnauthorizedAccessException or OperationCanceledException)
        {
            // A server that does not speak TLS waits for the rest of what it takes for a command.
            await secure.DisposeAsync();
            throw new RedisException(RedisFailure.TlsFailed, "agreed on no TLS; does it speak TLS on this port?");
        }
        finally
        {
            foreach (var authority in authorities ?? [])
                authority.Dispose();
        }
    }

    /// <summary>A command is an array of bulk strings, whatever is in them: nothing in a value can become a command.</summary>
    private static byte[] Encode(IReadOnlyList<RespArgument> command)
    {
        using var encoded = new MemoryStream();
        encoded.Write(Encoding.ASCII.GetBytes($"*{command.Count}\r\n"));
        foreach (var argument in command)
        {
            encoded.Write(Encoding.ASCII.GetBytes($"${argument.Bytes.Length}\r\n"));
            encoded.Write(argument.Bytes.Span);
            encoded.Write("\r\n"u8);
        }

        return encoded.ToArray();
    }
}

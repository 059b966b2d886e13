using System.Net;
using System.Text;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Clik2pay.Sidecar;

/// <summary>The two listeners, one for callers and one for administration. What ASPNETCORE_URLS and its kin say does not count.</summary>
internal static class Listeners
{
    /// <summary>How long a request's head may take, so that with the server's own pace its 408 comes within 10 s.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(7);

    /// <summary>
    /// In bytes: what is kept of a connection before it is read, and so what is worked on at a stretch. With Kestrel's default, 1 MiB, a few callers who
    /// send chunks of one byte each hold up all others by a tenth of a second.
    /// </summary>
    private const int LargestRead = 64 * 1024;

    public static void AddListeners(this WebApplicationBuilder builder, SidecarOptions options)
    {
        // Servers that take a bare LF for a line's end and those that do not see different requests (RFC 9112, section 2.2).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", isEnabled: true);

        builder.Services.AddSingleton(ConnectionLimits.Create(options, OpenFileLimit.GetFree()));
        builder.Services.AddSingleton<IConnectionListenerFactory, LimitedListenerFactory>();
        builder.Services.AddSingleton<ServerRefusals>();
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.MaxReadBufferSize = LargestRead;
            sockets.CreateBoundListenSocket = endPoint => UnixSocket.Bind(endPoint, options.SocketMode);
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ServerRefusals.Subscribe(kestrel.ApplicationServices);

            // Responses come back as the provider sent them: no Server header of ours, and every byte of the others.
            kestrel.AddServerHeader = false;
            kestrel.RequestHeaderEncodingSelector = HeaderEncodings.ForRequest;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;

            // A target with a host of its own overrides Host (RFC 9112, section 3.2.2), so that the guard judges it.
            kestrel.AllowHostHeaderOverride = true;

            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodyBytes;

            kestrel.Listen(options.Listen, ServerRefusals.WatchConnections);
            kestrel.Listen(options.Admin, AdministrationListener.MarkConnections);
        });
    }

    private static void Listen(this KestrelServerOptions kestrel, ListenAddress address, Action<ListenOptions> configure)
    {
        if (address.EndPoint is IPEndPoint { Address: var ip, Port: var port } && ip.Equals(IPAddress.IPv6Any))
            kestrel.ListenAnyIP(port, Configure); // also where there is no IPv6
        else
            kestrel.Listen(address.EndPoint, Configure);

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            configure(listen);
        }
    }
}

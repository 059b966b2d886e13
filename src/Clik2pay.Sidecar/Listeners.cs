using System.Net;
using System.Text;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Sidecar.Requests;
using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Requests.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Clik2pay.Sidecar;

/// <summary>The listeners for callers, and one for administration. Settings such as ASPNETCORE_URLS have no effect.</summary>
internal static class Listeners
{
    /// <summary>The time for the head of a request. The server checks this limit once a second, so the 408 is sent within 10 s.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(7);

    /// <summary>
    /// In bytes. Limits the input of a connection that is processed without a pause. With Kestrel's default, 1 MiB, a few callers that send
    /// chunks of one byte delay all other requests by a tenth of a second.
    /// </summary>
    private const int MaxReadBufferSize = 64 * 1024;

    public static void AddListeners(this WebApplicationBuilder builder, Settings settings)
    {
        // Refuses a bare LF. Servers disagree on whether it ends a line, so they would read different requests (RFC 9112, section 2.2).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", isEnabled: true);

        var options = settings.Listener;
        var furtherListeners = options.CallerListeners.Count - 1;
        builder.Services.AddSingleton(
            ConnectionLimits.Create(options.MaxConnections, OpenFileLimit.GetFree(), settings.Profiles.Count, furtherListeners));
        builder.Services.AddSingleton<LimitedListenerFactory>();
        builder.Services.AddSingleton<IConnectionListenerFactory>(s => s.GetRequiredService<LimitedListenerFactory>());
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.MaxReadBufferSize = MaxReadBufferSize;
            sockets.CreateBoundListenSocket = endPoint => UnixSocket.Bind(endPoint, options.SocketMode);
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ServerRefusals.Subscribe(kestrel.ApplicationServices);

            // Responses are returned as the provider sent them: the sidecar adds no Server header, and keeps every byte of other headers.
            kestrel.AddServerHeader = false;
            kestrel.RequestHeaderEncodingSelector = HeaderEncodings.ForRequest;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;

            // The host of an absolute target overrides the Host header (RFC 9112, section 3.2.2). The guard then validates it.
            kestrel.AllowHostHeaderOverride = true;

            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodyBytes;

            // The addresses of the running sidecar have the same order.
            var recognition = kestrel.ApplicationServices.GetRequiredService<CallerRecognition>();
            var limited = kestrel.ApplicationServices.GetRequiredService<LimitedListenerFactory>();
            foreach (var callers in options.CallerListeners)
            {
                kestrel.Listen(callers.Address, listen =>
                {
                    limited.AddCallers(listen, callers.AddressSetting);
                    RequestPipeline.AcceptConnections(listen, callers, recognition);
                });
            }

            kestrel.Listen(settings.Administration.Address, listen =>
            {
                limited.AddAdministration(listen, AdministrationOptions.AddressKey);
                AdministrationListener.MarkConnections(listen);
            });
        });
    }

    private static void Listen(this KestrelServerOptions kestrel, ListenAddress address, Action<ListenOptions> configure)
    {
        if (address.EndPoint is IPEndPoint { Address: var ip, Port: var port } && ip.Equals(IPAddress.IPv6Any))
            kestrel.ListenAnyIP(port, Configure); // ListenAnyIP also works without IPv6.
        else
            kestrel.Listen(address.EndPoint, Configure);

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            configure(listen);
        }
    }
}

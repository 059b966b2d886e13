using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clik2pay.Sidecar.Administration;

/// <summary>
/// Marks the connections of the administration listener. The Host header cannot identify the listener, because callers choose its value.
/// </summary>
internal sealed class AdministrationListener
{
    private static readonly AdministrationListener Mark = new();

    private AdministrationListener()
    {
    }

    public static void MarkConnections(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Mark);
        return next(connection);
    });

    public static bool Serves(HttpContext context) => context.Features[typeof(AdministrationListener)] is not null;
}

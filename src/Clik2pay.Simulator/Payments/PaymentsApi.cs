using Clik2pay.Simulator.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Payments;

/// <summary>The routes of the Payment Requests API. Each request passes the gateway first.</summary>
internal static class PaymentsApi
{
    public static void MapPaymentsApi(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<SimulatorOptions>();
        var errors = app.Services.GetRequiredService<ErrorWriter>();
        var gateway = ActivatorUtilities.CreateInstance<Gateway>(app.Services);
        var endpoints = ActivatorUtilities.CreateInstance<TransactionEndpoints>(app.Services);

        const string requests = "/open/v1/payment-requests";
        Map(HttpMethods.Post, requests, endpoints.CreatePaymentRequestAsync);
        Map(HttpMethods.Get, requests + "/{id}", endpoints.ReadAsync);
        Map(HttpMethods.Post, requests + "/{id}/cancellation", endpoints.CancelAsync);
        Map(HttpMethods.Post, requests + "/{id}/refunds", endpoints.CreateRefundAsync);
        Map(HttpMethods.Post, "/open/v1/payments", endpoints.CreatePaymentAsync);

        // The provider does not document these routes.
        if (options.Assumes(Assumption.List))
            Map(HttpMethods.Get, requests, endpoints.ListAsync);
        if (options.Assumes(Assumption.Delete))
            Map(HttpMethods.Delete, requests + "/{id}", endpoints.CancelAsync);

        app.MapFallback("/{**path}", context => gateway.InvokeAsync(context, WriteUnknownAsync));

        Task WriteUnknownAsync(HttpContext context) => errors.WriteNotFoundAsync(
            context,
            $"The simulator does not support {context.Request.Method} for this path. Clik2pay does not document listing payment requests "
            + "or DELETE. To simulate them, use --assume list or --assume delete.");

        void Map(string method, string pattern, RequestDelegate handle) =>
            app.MapMethods(pattern, [method], context => gateway.InvokeAsync(context, handle));
    }
}

using Clik2pay.Simulator.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Payments;

/// <summary>The Payment Requests API behind its gateway.</summary>
internal static class PaymentsApi
{
    public static void MapPaymentsApi(this WebApplication app)
    {
        var book = app.Services.GetRequiredService<PaymentRequestBook>();
        var counters = app.Services.GetRequiredService<Counters>();
        var gateway = ActivatorUtilities.CreateInstance<Gateway>(app.Services);

        const string requests = "/open/v1/payment-requests";
        Map(HttpMethods.Post, requests, context => PaymentRequestEndpoints.CreateAsync(context, book, counters));
        Map(HttpMethods.Get, requests, context => PaymentRequestEndpoints.ListAsync(context, book));
        Map(HttpMethods.Get, requests + "/{id}", context => PaymentRequestEndpoints.ReadAsync(context, book));
        Map(HttpMethods.Post, requests + "/{id}/refunds", context => PaymentRequestEndpoints.RefundAsync(context, book));
        Map(HttpMethods.Post, "/open/v1/payments", context => PaymentRequestEndpoints.PayOutAsync(context, counters));

        // How the provider wants a request cancelled is not published; the simulator takes both usual ways.
        Map(HttpMethods.Delete, requests + "/{id}", context => PaymentRequestEndpoints.ChangeAsync(context, book, PaymentRequestStatus.Cancelled));
        Map(HttpMethods.Post, requests + "/{id}/cancel", context => PaymentRequestEndpoints.ChangeAsync(context, book, PaymentRequestStatus.Cancelled));

        app.MapFallback("/{**path}", context => gateway.InvokeAsync(context, Gateway.NoSuchRouteAsync));

        void Map(string method, string pattern, RequestDelegate handle) =>
            app.MapMethods(pattern, [method], context => gateway.InvokeAsync(context, handle));
    }
}

using Clik2pay.Simulator.Counting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Payments;

/// <summary>The routes of the Payment Requests API. Each request passes the gateway first.</summary>
internal static class PaymentsApi
{
    public static void MapPaymentsApi(this WebApplication app)
    {
        var store = app.Services.GetRequiredService<PaymentRequestStore>();
        var counters = app.Services.GetRequiredService<Counters>();
        var gateway = ActivatorUtilities.CreateInstance<Gateway>(app.Services);

        const string requests = "/open/v1/payment-requests";
        Map(HttpMethods.Post, requests, context => PaymentRequestEndpoints.CreateAsync(context, store, counters));
        Map(HttpMethods.Get, requests, context => PaymentRequestEndpoints.ListAsync(context, store));
        Map(HttpMethods.Get, requests + "/{id}", context => PaymentRequestEndpoints.ReadAsync(context, store));
        Map(HttpMethods.Post, requests + "/{id}/refunds", context => PaymentRequestEndpoints.RefundAsync(context, store));
        Map(HttpMethods.Post, "/open/v1/payments", context => PaymentRequestEndpoints.CreatePaymentAsync(context, counters));

        // The provider has not published how to cancel a request, so the simulator accepts both common forms.
        Map(HttpMethods.Delete, requests + "/{id}", CancelAsync);
        Map(HttpMethods.Post, requests + "/{id}/cancel", CancelAsync);

        app.MapFallback("/{**path}", context => gateway.InvokeAsync(context, Gateway.WriteUnknownRouteAsync));

        Task CancelAsync(HttpContext context) =>
            PaymentRequestEndpoints.ChangeStatusAsync(context, store, PaymentRequestStatus.Cancelled);

        void Map(string method, string pattern, RequestDelegate handle) =>
            app.MapMethods(pattern, [method], context => gateway.InvokeAsync(context, handle));
    }
}

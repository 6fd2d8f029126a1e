// SPDX-License-Identifier: MIT
//
// What we look at in the broker's certificates ourselves: names and dates.
#include <minimq/mbedtls/tls_transport.hpp>
#include <minimq/tls/host_name.hpp>

#include <algorithm>
#include <chrono>

namespace minimq::mbedtls {

namespace {

constexpr int dns_name = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr int ip_address = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;

Bytes bytes_of(const mbedtls_x509_buf& buffer) {
  return std::as_bytes(std::span{buffer.p, buffer.len});
}

std::chrono::sys_seconds seconds_of(const mbedtls_x509_time& time) {
  using namespace std::chrono;
  const year_month_day day{year{time.year}, month{static_cast<unsigned>(time.mon)},
                           std::chrono::day{static_cast<unsigned>(time.day)}};
  return sys_days{day} + hours{time.hour} + minutes{time.min} + seconds{time.sec};
}

}  // namespace

// Called for each certificate of the chain, the broker's own (depth 0) last. mbedTLS has judged the
// signatures, the usages and, where it has a clock, the dates.
int TlsTransport::verify(void* self, mbedtls_x509_crt* certificate, int depth,
                         std::uint32_t* flags) {
  TlsTransport& transport = *static_cast<TlsTransport*>(self);
  transport.verified_ = true;
  if (transport.config_.clock != nullptr) {
    *flags &= ~std::uint32_t{MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE};
    *flags |= transport.date_flags(*certificate);
  }
  if (depth == 0) {
    // mbedTLS would take `*.com`, and the common name where there is no other, but no addresses.
    *flags &= ~std::uint32_t{MBEDTLS_X509_BADCERT_CN_MISMATCH};
    if (!transport.covers_name(*certificate)) *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
  }
  transport.flags_ |= *flags;
  return 0;
}

bool TlsTransport::covers_name(const mbedtls_x509_crt& certificate) const {
  const auto address = tls::parse_numeric_address(name_);
  for (const mbedtls_x509_sequence* name = &certificate.subject_alt_names; name != nullptr;
       name = name->next) {
    if (name->buf.p == nullptr) continue;
    const Bytes bytes = bytes_of(name->buf);
    if (name->buf.tag == dns_name && tls::name_covers(as_text(bytes), name_)) return true;
    if (name->buf.tag == ip_address && address && std::ranges::equal(bytes, address->bytes()))
      return true;
  }
  return false;
}

std::uint32_t TlsTransport::date_flags(const mbedtls_x509_crt& certificate) const {
  const auto date = config_.clock->date();
  if (!date || *date < seconds_of(certificate.valid_from)) return MBEDTLS_X509_BADCERT_FUTURE;
  return *date > seconds_of(certificate.valid_to) ? std::uint32_t{MBEDTLS_X509_BADCERT_EXPIRED}
                                                  : std::uint32_t{0};
}

}  // namespace minimq::mbedtls

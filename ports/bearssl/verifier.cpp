// SPDX-License-Identifier: MIT
#include <minimq/bearssl/verifier.hpp>

#include <algorithm>

namespace minimq::bearssl {

namespace {

void set_time(br_x509_minimal_context& chain, std::int64_t unix_time) {
  constexpr std::int64_t day = 86'400;
  constexpr std::int64_t days_before_1970 = 719'528;  // since the year 0, as BearSSL counts them
  ::br_x509_minimal_set_time(&chain, static_cast<std::uint32_t>(days_before_1970 + unix_time / day),
                             static_cast<std::uint32_t>(unix_time % day));
}

}  // namespace

const br_x509_class Verifier::vtable = {
    .context_size = sizeof(Base),
    .start_chain = start_chain,
    .start_cert = start_certificate,
    .append = append,
    .end_cert = end_certificate,
    .end_chain = end_chain,
    .get_pkey = public_key,
};

void Verifier::begin(br_x509_minimal_context& chain, std::string_view host,
                     std::optional<std::int64_t> now) {
  base_ = {.vtable = &vtable, .verifier = this};
  chain_ = &chain;
  host_ = host;
  address_ = tls::parse_numeric_address(host);
  now_ = now;
  if (now) set_time(chain, *now);
  count_ = 0;
}

Verifier& Verifier::of(const br_x509_class* const* context) {
  return *reinterpret_cast<const Base*>(context)->verifier;
}

// The server name that BearSSL passes is the one of the SNI: it has none for an address, and it
// would compare it in its own way.
void Verifier::start_chain(const br_x509_class** context, const char*) {
  Verifier& self = of(context);
  self.count_ = 0;
  self.valid_until_ = INT64_MAX;
  self.date_error_.reset();
  self.is_for_host_ = self.is_for_servers_ = false;
  self.chain_->vtable->start_chain(&self.chain_->vtable, nullptr);
}

void Verifier::start_certificate(const br_x509_class** context, std::uint32_t size) {
  Verifier& self = of(context);
  self.scan_.begin(self.host_, self.address_ ? self.address_->bytes() : Bytes{});
  if (self.is_wanted()) self.chain_->vtable->start_cert(&self.chain_->vtable, size);
}

void Verifier::append(const br_x509_class** context, const unsigned char* bytes, std::size_t size) {
  Verifier& self = of(context);
  self.scan_.add({bytes, size});
  if (!self.is_wanted()) return;
  if (!self.now_) {  // Without verification every date is the right one.
    if (const auto time = self.scan_.not_before())
      set_time(*self.chain_, std::max<std::int64_t>(*time, 1));
  }
  self.chain_->vtable->append(&self.chain_->vtable, bytes, size);
}

void Verifier::end_certificate(const br_x509_class** context) {
  Verifier& self = of(context);
  if (self.is_wanted()) self.chain_->vtable->end_cert(&self.chain_->vtable);
  if (self.count_ == 0) {
    self.is_for_host_ = self.scan_.complete() && self.scan_.is_for_host();
    self.is_for_servers_ = self.scan_.complete() && self.scan_.is_for_servers();
  }
  self.check_dates();
  if (self.count_ < UINT8_MAX) ++self.count_;
}

// The first certificate that is out of its time is the one that BearSSL objects to.
void Verifier::check_dates() {
  const auto first = scan_.not_before();
  const auto last = scan_.not_after();
  valid_until_ = std::min(valid_until_, last.value_or(0));
  if (!now_ || date_error_) return;
  if (first && *now_ < *first) {
    date_error_ = Error::certificate_not_yet_valid;
  } else if (last && *now_ > *last) {
    date_error_ = Error::certificate_expired;
  }
}

unsigned Verifier::end_chain(const br_x509_class** context) {
  return of(context).verdict();
}

unsigned Verifier::verdict() {
  const unsigned error = chain_->vtable->end_chain(&chain_->vtable);
  if (!now_) return error == BR_ERR_X509_NOT_TRUSTED ? 0 : error;
  if (error != 0) return error;
  if (!is_for_host_) return BR_ERR_X509_BAD_SERVER_NAME;
  if (!is_for_servers_) return BR_ERR_X509_FORBIDDEN_KEY_USAGE;
  return 0;
}

const br_x509_pkey* Verifier::public_key(const br_x509_class* const* context, unsigned* usages) {
  const Verifier& self = of(context);
  return self.chain_->vtable->get_pkey(&self.chain_->vtable, usages);
}

}  // namespace minimq::bearssl

// SPDX-License-Identifier: MIT
#include "authority.hpp"

#include <map>
#include <memory>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string_view>

namespace minimq::asio::test {

namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

void check(bool ok) {
  if (!ok) throw std::runtime_error{"OpenSSL does not make this certificate"};
}

Bio reader(std::string_view text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

void extend(X509* certificate, X509* issuer, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, what, value)};
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

}  // namespace

Identity make_certificate(const CertificateFields& fields, const Identity* issuer) {
  static long serial = 0;
  const Key key{EVP_EC_gen("P-256")};
  const Certificate certificate{X509_new()};
  check(key && certificate);
  X509* const x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_time_adj_ex(X509_getm_notBefore(x509), fields.valid_from_days, 0, nullptr);
  X509_time_adj_ex(X509_getm_notAfter(x509), fields.valid_until_days, 0, nullptr);
  X509_set_pubkey(x509, key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(fields.subject.c_str()), -1, -1,
                             0);
  Certificate parent;
  Key parent_key;
  if (issuer != nullptr) {
    parent.reset(PEM_read_bio_X509(reader(issuer->certificate).get(), nullptr, nullptr, nullptr));
    parent_key.reset(PEM_read_bio_PrivateKey(reader(issuer->key).get(), nullptr, nullptr, nullptr));
    check(parent && parent_key);
  }
  X509* const signer = parent ? parent.get() : x509;
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  extend(x509, signer, NID_basic_constraints,
         fields.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(x509, signer, NID_subject_key_identifier, "hash");
  if (!fields.names.empty()) extend(x509, signer, NID_subject_alt_name, fields.names.c_str());
  check(X509_sign(x509, parent_key ? parent_key.get() : key.get(), EVP_sha256()) > 0);

  const Bio pem{BIO_new(BIO_s_mem())};
  const Bio key_pem{BIO_new(BIO_s_mem())};
  check(PEM_write_bio_X509(pem.get(), x509) == 1);
  check(PEM_write_bio_PrivateKey_traditional(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr) == 1);
  return {text_of(pem.get()), text_of(key_pem.get())};
}

const Identity& authority(const std::string& name) {
  static std::map<std::string, Identity> made;
  const auto [place, missing] = made.try_emplace(name);
  if (missing) place->second = make_certificate({.subject = name, .names = "", .authority = true});
  return place->second;
}

Identity certified(const CertificateFields& fields, const Identity& issuer) {
  return make_certificate(fields, &issuer);
}

}  // namespace minimq::asio::test

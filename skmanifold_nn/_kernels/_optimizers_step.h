/* What a step of an optimiser works on. */
#ifndef SKMNN_OPTIMIZERS_STEP_H
#define SKMNN_OPTIMIZERS_STEP_H

#include <stdint.h>

typedef struct {
    const double *rates;    /* of this step: learning rate, momentum, correction */
    const double *settings; /* of the optimiser: rho, epsilon, weight decay, Nesterov */
    double scale;           /* of the gradients: 1, or less where they are clipped */
    double l2;              /* of the penalised parameters: l2 / 2 w^2 + l1 |w| is */
    double l1;              /* added to the loss of a minibatch */
    int64_t n;              /* parameters; state k starts at states + k n */
    void *gradients;
    void *params;
    void *states;
} optimizer_step;

#endif
